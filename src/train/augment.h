/* augment.h: how the images of an epoch are changed. */
#ifndef WEFT_TRAIN_AUGMENT_H
#define WEFT_TRAIN_AUGMENT_H

#include "backend/backend.h"
#include "weft/recipe.h"

enum { AUGMENT_SIDE_MAX = INT16_MAX }; /* pixels a side of images that are moved or erased */

/* Returns whether ${recipe} changes images. */
bool augment_changes(const struct weft_recipe *recipe);

/* Draws the changes of the images at positions 0 to ${count} - 1 of the order of epoch ${epoch},
 * from 1 on, that ${recipe} asks for: numbers of RANDOM_AUGMENT under ${seed}, of the block of the
 * position. Words of subject 2 epoch:
 *
 *   0  its highest bit: the image is mirrored
 *   1  the rows that it moves down: word (2 shift + 1) / 2^32, rounded down, minus shift
 *   2  the columns that it moves to the right, in the same way
 *   3  its highest bit: a square is erased
 *
 * Of subject 2 epoch + 1: words 0 and 1 are the row and the column of the square's first pixel:
 * word (side - erase + 1) / 2^32, rounded down. What ${recipe} does not ask for changes no other
 * number. recipe->shift is less than both sides, and erase at most the smaller one. */
void augment_images(const struct weft_recipe *recipe, uint64_t seed, uint64_t epoch, size_t height,
                    size_t width, size_t count, struct image_change *changes);

#endif

/* schedule.c: the order of the images in an epoch. */
#include "train/train_model.h"

#include "base/random.h"

/* Returns a number in 0 .. ${bound} - 1: the high part of ${random} x ${bound}, bound <= 2^32. Of
 * the 2^64 random numbers, each result gets as many as any other, or one more: a bias of less than
 * bound x 2^-64 (2^-48 for 60,000 images), which no shuffle can show. */
static uint32_t scale(uint64_t random, uint64_t bound) {
    uint64_t low = (random & 0xffffffffu) * bound;
    uint64_t high = (random >> 32) * bound + (low >> 32);
    return (uint32_t)(high >> 32);
}

/* The shuffle of Fisher and Yates, from the last position down: position i is swapped with one of
 * 0 .. i, which random number i chooses: words 0 and 1 (i even) or 2 and 3 (i odd) of block i / 2,
 * low word first. */
void shuffle_images(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count) {
    uint32_t words[4];
    size_t drawn = SIZE_MAX; /* the block that is in words */
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = count; i-- > 1;) {
        size_t half = i % 2 * 2, j;
        uint32_t kept = order[i];
        if (i / 2 != drawn) {
            drawn = i / 2;
            random_draw(seed, RANDOM_SHUFFLE, epoch, (uint32_t)drawn, words);
        }
        j = scale((uint64_t)words[half + 1] << 32 | words[half], (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = kept;
    }
}

/* made_values.h: values and images made from random integers, the same on every machine. */
#ifndef WEFT_VERIFY_MADE_VALUES_H
#define WEFT_VERIFY_MADE_VALUES_H

#include "data/images.h"

/* Fills ${values} with floats of magnitude up to ${scale}, some of them 0, -0 or tiny. Different
 * ${subject}s give different values. */
void verify_fill(uint64_t seed, uint64_t subject, float scale, float *values, size_t count);

/* The same for running statistics: from 0 to 1, with 0 for tiny values. */
void verify_fill_statistics(uint64_t seed, uint64_t subject, float *values, size_t count);

/* Fills ${words} with random bits. */
void verify_words(uint64_t seed, uint64_t subject, uint32_t *words, size_t count);

/* Makes ${count} images of ten classes that a network can tell apart. Fails with WEFT_NO_MEMORY
 * without memory. Free with images_finish. */
enum weft_status verify_images(uint64_t seed, enum weft_split split, size_t count,
                               struct weft_images *images, struct weft_error *error);

#endif

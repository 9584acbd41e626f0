/* made_values.h: values and images made from random integers, the same on every machine. */
#ifndef WEFT_VERIFY_MADE_VALUES_H
#define WEFT_VERIFY_MADE_VALUES_H

#include "data/images.h"
#include "data/normalisation.h"
#include "network/network.h"

/* Fills ${values} with floats of magnitude up to ${scale}, some of them 0, -0 or tiny. Different
 * ${subject}s give different values. */
void verify_fill(uint64_t seed, uint64_t subject, float scale, float *values, size_t count);

/* The same for running statistics: from 0 to 1, with 0 for tiny values. */
void verify_fill_statistics(uint64_t seed, uint64_t subject, float *values, size_t count);

/* Fills ${words} with random bits. */
void verify_words(uint64_t seed, uint64_t subject, uint32_t *words, size_t count);

/* Makes ${count} images for the input of ${network} that it can tell apart, of as many classes as
 * it has outputs; fewer images if that many would be larger than 256 MiB, but one at least. Fails
 * with WEFT_NO_MEMORY without memory. Free with images_finish. */
enum weft_status verify_images(uint64_t seed, enum weft_split split,
                               const struct weft_network *network, size_t count,
                               struct weft_images *images, struct weft_error *error);

/* Returns how many images verify_images makes of ${count}. */
size_t verify_images_count(const struct weft_network *network, size_t count);

/* Returns the normalisation of images for ${network}: of one channel that of the published data, of
 * several another one for each. */
struct normalisation verify_normalisation(const struct weft_network *network);

#endif

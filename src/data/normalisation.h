/* normalisation.h: how the bytes of pixels become numbers: (v / 255 - mean) / deviation, with a
 * mean and a standard deviation for each channel. */
#ifndef WEFT_DATA_NORMALISATION_H
#define WEFT_DATA_NORMALISATION_H

#include <stdbool.h>

#include "data/images.h"

enum { NORMALISATION_CHANNELS_MAX = 16 };

/* The numbers of the published Fashion-MNIST. */
#define PUBLISHED_MEAN      0.2859f
#define PUBLISHED_DEVIATION 0.3530f

/* All zero: the published numbers, for any number of channels. */
struct normalisation {
    size_t channels; /* 0, or the number of elements below */
    float mean[NORMALISATION_CHANNELS_MAX];
    float deviation[NORMALISATION_CHANNELS_MAX]; /* each above 0 */
};

/* Returns whether each mean is finite and at most 1000 from 0, and each deviation from 1e-6 to
 * 1000. */
bool normalisation_is_valid(const struct normalisation *normalisation);

/* Returns whether it is that of the published data, for one channel. */
bool normalisation_is_published(const struct normalisation *normalisation);

/* Stores that of ${images}: of each of their channels if ${channels} is their number; or of all
 * pixels if it is 1. The bits are the same on every machine. A channel whose pixels are all equal
 * has the deviation 1. */
void normalisation_compute(const struct weft_images *images, size_t channels,
                           struct normalisation *normalisation);

/* Stores the default of ${images} with ${channels} channels, 1 or their number: the published
 * numbers for the grey images of 28 x 28 of IDX files, else those of normalisation_compute. */
void normalisation_choose(const struct weft_images *images, size_t channels,
                          struct normalisation *normalisation);

#endif

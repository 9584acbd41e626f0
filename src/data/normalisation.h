/* normalisation.h: how the bytes of pixels become numbers: (v / 255 - mean) / deviation, with a
 * mean and a standard deviation for each channel. */
#ifndef WEFT_DATA_NORMALISATION_H
#define WEFT_DATA_NORMALISATION_H

#include <stddef.h>

enum { NORMALISATION_CHANNELS_MAX = 16 };

/* All zero: that of the published Fashion-MNIST, 0.2859 and 0.3530, for any number of channels. */
struct normalisation {
    size_t channels; /* 0, or the number of elements below */
    float mean[NORMALISATION_CHANNELS_MAX];
    float deviation[NORMALISATION_CHANNELS_MAX]; /* each above 0 */
};

#endif

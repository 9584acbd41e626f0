/* conv2d_sums.h: convolutions as plain sums in double, for comparison. */
#ifndef CONV2D_SUMS_H
#define CONV2D_SUMS_H

#include "layer_plain.h"

/* A convolution of ${images} images; pairs are those of rows and columns. */
struct conv2d_shape {
    size_t images, in, out, height, width, kernel[2], stride[2], padding[2], dilation[2], groups;
    bool bias;
};

/* Stores the network of one layer, "c", in ${json}. */
void conv2d_list(const struct conv2d_shape *shape, char json[400]);

/* Compares the layer with plain sums of values drawn from ${seed}. */
void conv2d_check_plain(const struct conv2d_shape *shape, uint64_t seed);

#endif

/* layer_values.h: random numbers for tests, from a fixed seed. */
#ifndef LAYER_VALUES_H
#define LAYER_VALUES_H

#include "network/network.h"

#include <stddef.h>
#include <stdint.h>

enum layer_style {
    /* From -1 to 1; weights are divided by sqrt(fan_in). For comparisons with a tolerance. */
    LAYER_PLAIN,
    /* Zeros of both signs, ties, tiny and denormal values, and some up to a thousand too. */
    LAYER_WILD,
    /* Multiples of 1/2 from -1 to 1. */
    LAYER_TIES,
    /* Small numbers of all sizes, so that products cross the thresholds 2^-36 and 2^-126. */
    LAYER_FAINT
};

/* The inputs of a propagation. */
struct layer_values {
    float *parameters, *buffers; /* flat arrays of the network; running_var is positive */
    float *inputs, *doutputs;    /* images x size of the input, and of the output */
};

/* Draws values for ${network} and ${images} images. Equal seeds give equal numbers. Free with
 * layer_values_finish. */
void layer_values_draw(const struct weft_network *network, size_t images, enum layer_style style,
                       uint64_t seed, struct layer_values *values);
void layer_values_finish(struct layer_values *values);

/* Writes ${count} numbers of ${style} to ${values}; equal ${seed} and ${subject} give equal
 * numbers. */
void layer_draw(uint64_t seed, uint64_t subject, enum layer_style style, float *values,
                size_t count);

/* Returns ${bytes} bytes of zeros, which the caller frees. Ends the test without memory. */
void *layer_alloc(size_t bytes);

const char *layer_style_name(enum layer_style style);

#endif

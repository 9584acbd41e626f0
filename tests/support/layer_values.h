/* layer_values.h: numbers to compute with, drawn from a fixed seed. */
#ifndef LAYER_VALUES_H
#define LAYER_VALUES_H

#include "weft/network.h"

#include <stddef.h>
#include <stdint.h>

enum layer_style {
    LAYER_PLAIN, /* between -1 and 1; weights divided by sqrt(fan_in): for comparisons with a tolerance */
    LAYER_WILD, /* also zeros of both signs, ties, tiny and denormal values, and some up to a thousand */
    LAYER_TIES, /* multiples of 1/2 from -1 to 1 */
    LAYER_FAINT /* small ones of all sizes, so that products cross the threshold 2^-36 and 2^-126 */
};

/* All that a propagation starts from. */
struct layer_values {
    float *parameters, *buffers; /* the network's flat arrays; running_var is positive */
    float *inputs, *doutputs;    /* images x the input's size, images x the output's */
};

/* Draws values for ${network} and ${images} images. The same seed gives the same numbers. Free with layer_values_finish. */
void layer_values_draw(const struct weft_network *network, size_t images, enum layer_style style,
                       uint64_t seed, struct layer_values *values);
void layer_values_finish(struct layer_values *values);

/* Writes ${count} numbers of ${style} to ${values}; equal ${seed} and ${subject} give equal numbers. */
void layer_draw(uint64_t seed, uint64_t subject, enum layer_style style, float *values,
                size_t count);

/* Returns ${bytes} bytes, all zero; ends the test without memory. The caller frees. */
void *layer_alloc(size_t bytes);

const char *layer_style_name(enum layer_style style);

#endif

/* layer_plain.h: compares a layer with the sums of its definition, in double and in any order. */
#ifndef LAYER_PLAIN_H
#define LAYER_PLAIN_H

#include "layer_case.h"

/* The results of a layer, initially zero: a double for each float of its output, of the gradient
 * of its input, and of the gradients of its parameters, in the order of the flat array of the
 * network. */
struct layer_sums {
    double *output, *dinput, *dparameters;
};

struct layer_plain {
    size_t images;
    enum layer_style
        style; /* of inputs and parameters; gradients of the output are always LAYER_PLAIN */
    uint64_t seed;
    /* The largest error of the output and of the gradients, relative to the largest magnitude in
     * the tensor. */
    double output_tolerance, gradient_tolerance;
    /* Adds the results that the layer of ${shape} computes from ${values}. */
    void (*add)(const void *shape, const struct layer_values *values, struct layer_sums *sums);
    const void *shape;
};

/* Fails the test if the reference differs from ${plain} for the network ${json} of one layer. */
void layer_check_plain(const char *json, const struct layer_plain *plain);

#endif

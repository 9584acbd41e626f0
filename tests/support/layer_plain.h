/* layer_plain.h: a layer against the sums of its definition, in double and in any order. */
#ifndef LAYER_PLAIN_H
#define LAYER_PLAIN_H

#include "layer_case.h"

/* What a layer gives, all zero to begin with: a double for each float of its output, its input's gradient, and its parameters'
 * gradients, one tensor behind the other as in the network's flat array. */
struct layer_sums {
    double *output, *dinput, *dparameters;
};

struct layer_plain {
    size_t images;
    enum layer_style style; /* of inputs and parameters; gradients of the output are always plain */
    uint64_t seed;
    /* How far the layer may be off, of the largest magnitude in a tensor: its output, and its gradients. */
    double output_tolerance, gradient_tolerance;
    /* Adds all that the layer of ${shape} computes from ${values}. */
    void (*add)(const void *shape, const struct layer_values *values, struct layer_sums *sums);
    const void *shape;
};

/* Fails the test where the reference differs from ${plain} for the network ${json}, which is one layer. */
void layer_check_plain(const char *json, const struct layer_plain *plain);

#endif

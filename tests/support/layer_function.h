/* layer_function.h: tests of a layer each of whose values is a function of one value. */
#ifndef LAYER_FUNCTION_H
#define LAYER_FUNCTION_H

#include "layer_case.h"

struct layer_function {
    const char *kind, *arguments; /* the arguments in JSON, each after a comma; or "" */
    double (*value)(double x);
    double (*slope)(double x);
    double tolerance; /* of values and gradients, relative to the largest one */
};

/* Compares values and gradients of the reference with ${function} in double, for inputs from -1 to
 * 1, and from -16 to 16. */
void layer_check_function(const struct layer_function *function);

/* Compares gradients with finite differences. */
void layer_check_slopes(const struct layer_function *function);

/* Checks the layer at every place: as the first layer, after itself, and of a flat input. */
void layer_check_function_bits(const struct layer_function *function);

/* Numbers by hand at every place: ${count} inputs, which are a multiple of 2, and their results. */
void layer_check_function_by_hand(const struct layer_function *function, size_t count,
                                  const float *inputs, const float *doutputs, const float *outputs,
                                  const float *dinputs);

#endif

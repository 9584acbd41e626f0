/* layer_function.h: tests of a layer each of whose values is a function of one value. */
#ifndef LAYER_FUNCTION_H
#define LAYER_FUNCTION_H

#include <check.h>
#include <stddef.h>

struct layer_function {
    const char *kind, *arguments; /* the arguments in JSON, each after a comma; or "" */
    double (*value)(double x);
    double (*slope)(double x);
    double tolerance; /* of values and gradients, relative to the largest one */
    double pytorch;   /* the same, of PyTorch's vectors */
    /* Numbers by hand: ${count}, a multiple of 2. */
    size_t count;
    const float *inputs, *doutputs, *outputs, *dinputs;
};

/* Adds the tests of ${function}, which stays valid: by hand at every place, compared with value and
 * slope in double and with PyTorch's vectors, finite differences, equal bits. */
void layer_function_tests(TCase *tests, const struct layer_function *function);

#endif

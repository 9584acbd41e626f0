/* layer_result.h: the results of a propagation or a training as named tensors, and their
 * comparison. */
#ifndef LAYER_RESULT_H
#define LAYER_RESULT_H

#include "backend/backend.h"

#include <stddef.h>

/* Prints a line and flushes it: a test that fails loses what is in a buffer. */
void layer_report(const char *format, ...) PRINTF_FORMAT(1, 2);

/* One tensor: [n][c][y][x]. */
struct layer_tensor {
    char name[128]; /* "input.grad", "conv1.output", "conv1.weight.grad", "loss" */
    size_t n, c, y, x;
    float *values;
};

struct layer_result {
    size_t count, room;
    struct layer_tensor *tensors;
};

/* Appends a tensor of zeros and returns it; the pointer is valid until the next tensor is added.
 * Free all with layer_result_finish. */
struct layer_tensor *layer_result_add(struct layer_result *result, const char *name, size_t n,
                                      size_t c, size_t y, size_t x);
void layer_result_finish(struct layer_result *result);

/* Returns the tensor ${name}. Ends the test if it does not exist. */
const struct layer_tensor *layer_result_find(const struct layer_result *result, const char *name);
size_t layer_tensor_count(const struct layer_tensor *tensor);

/* Appends the array ${array} of ${backend}: one tensor for each of the network, named with
 * ${suffix}: "conv1.weight.grad". */
void layer_result_add_array(struct layer_result *result, struct backend *backend,
                            enum backend_array array, const char *suffix);

/* Compares ${result} with ${expected} bit by bit. Reports ${what}, the tensor, the first index
 * that differs, both values, and the number of differences. ${expected} may have more tensors.
 * Returns the number of tensors that differ. */
unsigned layer_result_compare(const struct layer_result *result,
                              const struct layer_result *expected, const char *what);

/* Compares ${count} values with the tensor ${name} of ${result} in the same way. Returns 1 if they
 * differ, else 0. */
unsigned layer_result_expect(const struct layer_result *result, const char *name,
                             const float *expected, size_t count, const char *what);

/* Reports where the tensor ${name} differs from ${expected} by more than ${tolerance} times the
 * largest magnitude in ${expected}, or is not a number. Returns 1 if it does, else 0. */
unsigned layer_result_near(const struct layer_result *result, const char *name,
                           const double *expected, double tolerance, const char *what);

/* Checks the rule of the contract for stored values: all are finite, and none is tiny (below
 * 2^-36; second moments: 2^-72), denormal or -0. Reports and returns the number of tensors that
 * break it. */
unsigned layer_result_check_clean(const struct layer_result *result, const char *what);

#endif

/* layer_result.h: all that a propagation or a training leaves behind, as named tensors, and comparisons of these. */
#ifndef LAYER_RESULT_H
#define LAYER_RESULT_H

#include "weft/backend.h"

#include <stddef.h>

/* Prints a line of what a test found, at once: a failing test loses what waits in a buffer. */
void layer_report(const char *format, ...) WEFT_PRINTF(1, 2);

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

/* Appends a tensor of zeros and returns it; it is valid until the next one is added. Free all with layer_result_finish. */
struct layer_tensor *layer_result_add(struct layer_result *result, const char *name, size_t n,
                                      size_t c, size_t y, size_t x);
void layer_result_finish(struct layer_result *result);

/* Returns the tensor called ${name}; ends the test if there is none. */
const struct layer_tensor *layer_result_find(const struct layer_result *result, const char *name);
size_t layer_tensor_count(const struct layer_tensor *tensor);

/* Appends array ${array} of ${backend}, one tensor for each of the network's, with ${suffix} behind its name: "conv1.weight.grad". */
void layer_result_add_array(struct layer_result *result, struct weft_backend *backend,
                            enum weft_array array, const char *suffix);

/* Compares ${result} with ${expected}, bit for bit, and says on stdout what differs: ${what}, the tensor, the first differing
 * index, both values, how many. ${expected} may hold more tensors. Returns the number of tensors that differ. */
unsigned layer_result_compare(const struct layer_result *result,
                              const struct layer_result *expected, const char *what);

/* Compares ${count} values with tensor ${name} of ${result} in the same way. Returns 1 if they differ, else 0. */
unsigned layer_result_expect(const struct layer_result *result, const char *name,
                             const float *expected, size_t count, const char *what);

/* Says where tensor ${name} is farther from ${expected} than ${tolerance} times the largest magnitude in ${expected}. Returns 1 if it is
 * somewhere, or holds something that is no number, else 0. */
unsigned layer_result_near(const struct layer_result *result, const char *name,
                           const double *expected, double tolerance, const char *what);

/* Checks the contract's rule for what is stored: no value is tiny (below 2^-36; second moments: 2^-72), denormal or -0, and all are
 * finite. Returns the number of tensors that break it, and says so. */
unsigned layer_result_check_clean(const struct layer_result *result, const char *what);

#endif

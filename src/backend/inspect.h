/* inspect.h: runs a network on values of the caller, and reads the tensors of its layers. For
 * tests, finite differences and verification. */
#ifndef WEFT_BACKEND_INSPECT_H
#define WEFT_BACKEND_INSPECT_H

#include "backend/backend.h"

/* Computes the network forward on ${inputs} (count x input floats, any values) and, if ${doutputs}
 * is not NULL (count x output floats: the gradient of the output), backward to the input. Running
 * statistics change when ${statistics} is WEFT_STATISTICS_BATCH, as in training. Afterwards
 * ARRAY_GRADIENTS (sums over the batch, not means) and tensors can be read. Fails with
 * WEFT_USAGE for a count that the backend was not opened for, and with WEFT_BAD_DEVICE. */
struct propagation {
    enum weft_statistics statistics;
    size_t count;
    const float *inputs, *doutputs;
};
enum weft_status backend_propagate(struct backend *backend, const struct propagation *probe,
                                   struct weft_error *error);

/* Copies a tensor of the last step, pass or propagation: "input", "LAYER.output", and after a
 * backward pass "LAYER.output.grad" and (after backend_propagate) "input.grad". ${values}
 * holds ${count} floats: the images of that pass x the shape's size. Fails with WEFT_USAGE for an
 * unknown name, a wrong count, and a tensor that does not exist because layers are fused. */
enum weft_status backend_tensor(struct backend *backend, const char *name, float *values,
                                size_t count, struct weft_error *error);

#endif

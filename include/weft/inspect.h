/* inspect.h: runs a network on values of the caller, and reads the tensors of its layers. For
 * tests, finite differences and verification. */
#ifndef WEFT_INSPECT_H
#define WEFT_INSPECT_H

#include "weft/backend.h"

WEFT_BEGIN

/* Computes the network forward on ${inputs} (count x input floats, any values) and, if ${doutputs}
 * is not NULL (count x output floats: the gradient of the output), backward to the input. Running
 * statistics change when ${statistics} is WEFT_STATISTICS_BATCH, as in training. Afterwards
 * WEFT_ARRAY_GRADIENTS (sums over the batch, not means) and tensors can be read. Fails with
 * WEFT_USAGE for a count that the backend was not opened for, and with WEFT_BAD_DEVICE. */
struct weft_probe {
    enum weft_statistics statistics;
    size_t count;
    const float *inputs, *doutputs;
};
WEFT_API enum weft_status weft_backend_propagate(struct weft_backend *backend,
                                                 const struct weft_probe *probe,
                                                 struct weft_error *error);

/* Copies a tensor of the last step, pass or propagation: "input", "LAYER.output", and after a
 * backward pass "LAYER.output.grad" and (after weft_backend_propagate) "input.grad". ${values}
 * holds ${count} floats: the images of that pass x the shape's size. Fails with WEFT_USAGE for an
 * unknown name, a wrong count, and a tensor that does not exist because layers are fused. */
WEFT_API enum weft_status weft_backend_tensor(struct weft_backend *backend, const char *name,
                                              float *values, size_t count,
                                              struct weft_error *error);

WEFT_END

#endif

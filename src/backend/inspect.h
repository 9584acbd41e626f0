/* inspect.h: runs a network on values of the caller, and reads the tensors of its layers. */
#ifndef WEFT_BACKEND_INSPECT_H
#define WEFT_BACKEND_INSPECT_H

#include "backend/backend.h"

/* Calls backend_forward with ${inputs} and, if ${doutputs} is not NULL, backend_backward. Fails as
 * they do. */
struct propagation {
    enum weft_statistics statistics;
    size_t count;
    const float *inputs, *doutputs;
};
enum weft_status backend_propagate(struct backend *backend, const struct propagation *probe,
                                   struct weft_error *error);

/* Copies a tensor of the last step, pass or propagation: "input", "LAYER.output", and after a
 * backward pass "LAYER.output.grad" and (after backend_backward) "input.grad". ${values}
 * holds ${count} floats: the images of that pass x the shape's size. Fails with WEFT_USAGE for an
 * unknown name, a wrong count, and a tensor that does not exist because layers are fused. */
enum weft_status backend_tensor(struct backend *backend, const char *name, float *values,
                                size_t count, struct weft_error *error);

/* The tensors of the last pass do not exist: it was part of an evaluation of several batches. */
void backend_forget_tensors(struct backend *backend);

#endif

/* evaluation.h: evaluations, by launches or by the kernel of steps.h. */
#ifndef WEFT_OPENCL_EVALUATION_H
#define WEFT_OPENCL_EVALUATION_H

#include "backend/backend.h"

struct opencl_backend;

/* Makes cl->identity, the order 0, 1, 2 ... of at least ${count} images. */
enum weft_status opencl_identity_make(struct opencl_backend *cl, size_t count,
                                      struct weft_error *error);

/* The entry evaluate of struct backend_ops. */
enum weft_status opencl_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error);

#endif

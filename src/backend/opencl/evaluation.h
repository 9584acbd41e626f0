/* evaluation.h: evaluations, by launches or by the kernel of steps.h. */
#ifndef WEFT_OPENCL_EVALUATION_H
#define WEFT_OPENCL_EVALUATION_H

#include "backend/backend.h"

/* The entry evaluate of struct backend_ops. */
enum weft_status opencl_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error);

#endif

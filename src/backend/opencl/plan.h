/* plan.h: all launches of a network, and passes over them. */
#ifndef WEFT_OPENCL_PLAN_H
#define WEFT_OPENCL_PLAN_H

#include "backend/opencl/launch.h"

/* Makes the launches of all kernels, with all arguments that do not change. */
enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error);
void opencl_plan_finish(struct opencl_backend *cl);

/* Reports the groups of layers and their kernels. */
void opencl_plan_log(const struct opencl_backend *cl);

/* Enqueues the first ${groups} groups forward, or backward. */
enum weft_status opencl_forward(struct opencl_backend *cl, size_t groups,
                                const struct opencl_pass_values *values, struct weft_error *error);
enum weft_status opencl_backward(struct opencl_backend *cl, size_t groups,
                                 const struct opencl_pass_values *values, struct weft_error *error);

/* Enqueues the kernel of PASS_STEP. */
enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error);

#endif

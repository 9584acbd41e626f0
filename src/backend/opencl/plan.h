/* plan.h: all launches of a network, and passes over them. A launch is a kernel with its arguments,
 * enqueued in every pass that it belongs to. */
#ifndef WEFT_OPENCL_PLAN_H
#define WEFT_OPENCL_PLAN_H

#include "backend/opencl/state.h"

/* Values that all launches of a pass share. */
struct opencl_pass_values {
    size_t count; /* of images */
    enum weft_statistics statistics;
    enum statistics_update update; /* forward, with the statistics of the batch */
    bool to_input;                 /* backward: compute the gradient of the network's input */
    size_t result_index;           /* training: of the step's first shard in the results */
    size_t first;                  /* training: of the step's first image in the order */
};

/* Returns the buffer that ${argument} of ${call} is, in the state. */
cl_mem *opencl_buffer_of(struct opencl_backend *cl, const struct opencl_call *call,
                         enum opencl_argument argument);

/* Makes the launches of all kernels, with all arguments that do not change. */
enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error);
void opencl_plan_finish(struct opencl_backend *cl);

/* Enqueues ${pass}, PASS_FORWARD or PASS_BACKWARD, of the first ${groups} groups. */
enum weft_status opencl_enqueue_pass(struct opencl_backend *cl, enum opencl_pass pass,
                                     size_t groups, const struct opencl_pass_values *values,
                                     struct weft_error *error);

/* Enqueues the kernel of PASS_STEP. */
enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error);

#endif

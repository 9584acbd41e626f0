/* steps.h: training steps by one kernel that computes many of them (cl/phases.cl), instead of
 * launches for each step. */
#ifndef WEFT_OPENCL_STEPS_H
#define WEFT_OPENCL_STEPS_H

#include "backend/backend.h"

struct opencl_backend;

/* Makes cl->steps if the device can run such a kernel: a CPU device in the mapping cpu, opened for
 * training, whose driver has atomics that order memory between work-groups. With
 * WEFT_STEP_KERNEL_ALWAYS, builds the kernel, and fails with WEFT_BAD_DEVICE if it cannot be
 * used. */
enum weft_status opencl_steps_init(struct opencl_backend *cl, const struct backend_options *options,
                                   struct weft_error *error);
void opencl_steps_finish(struct opencl_backend *cl);

/* The entry train of struct backend_ops. */
enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);

#endif

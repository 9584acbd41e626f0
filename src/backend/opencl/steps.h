/* steps.h: training steps by one kernel that computes many of them (cl/phases.cl), instead of
 * launches for each step. */
#ifndef WEFT_OPENCL_STEPS_H
#define WEFT_OPENCL_STEPS_H

#include "backend/backend.h"

struct opencl_backend;
struct text;

/* Makes cl->steps if the device can run such a kernel: a CPU device in the mapping cpu, opened for
 * training, whose driver has atomics that order memory between work-groups. With
 * WEFT_STEP_KERNEL_ALWAYS, fails with WEFT_BAD_DEVICE if it cannot. The functions below do nothing
 * without cl->steps. */
enum weft_status opencl_steps_init(struct opencl_backend *cl, const struct backend_options *options,
                                   struct weft_error *error);

/* Appends the kernel to ${text}, the source of a program, and stores in ${standard} the version of
 * OpenCL C that it needs. ${folder}: as for opencl_source_add. */
enum weft_status opencl_steps_source(const struct opencl_backend *cl, const char *folder,
                                     struct text *text, const char **standard,
                                     struct weft_error *error);

/* Makes the kernel of the program that has been built. */
enum weft_status opencl_steps_make(struct opencl_backend *cl, struct weft_error *error);

/* Goes on without the kernel, cl->steps, after the ${failure} of something that it needs. Fails, in
 * the same way, if the kernel was requested, or if the cause is another one. */
enum weft_status opencl_steps_failed(struct opencl_backend *cl, const struct weft_error *failure,
                                     struct weft_error *error);
void opencl_steps_finish(struct opencl_backend *cl);

/* The entry train of struct backend_ops. */
enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);

#endif

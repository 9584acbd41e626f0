/* steps.h: training steps by one kernel that computes many of them (cl/phases.cl), instead of
 * launches for each step; and evaluations by the same kernel. */
#ifndef WEFT_OPENCL_STEPS_H
#define WEFT_OPENCL_STEPS_H

#include "backend/backend.h"
#include "backend/opencl/cl.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/phases.h"
#include "backend/opencl/step_choice.h"

struct opencl_backend;

struct opencl_steps {
    const char *standard; /* of the program's OpenCL C */
    struct opencl_phases phases;
    cl_kernel kernel;
    cl_mem counters;
    size_t counter_bytes;
    struct step_choice choice[2]; /* of evaluations, whose steps are images; of training steps */
};

/* Makes cl->steps if the device can run such a kernel: a CPU device in the mapping cpu whose driver
 * has atomics that order memory between work-groups. With
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

/* What the kernel computes. */
struct opencl_work {
    bool trains; /* else it evaluates */
    struct opencl_images images;
    size_t count, batch; /* images in all, and of a step */
};

/* Returns whether the kernel may be used now. */
bool opencl_steps_used(const struct opencl_backend *cl);

/* Enqueues ${count} steps of ${work} from ${begin} on, and waits. Stores in ${made} how many there
 * were: fewer if a compute unit has left. */
enum weft_status opencl_steps_launch(struct opencl_backend *cl, const struct opencl_work *work,
                                     size_t begin, size_t count, size_t *made,
                                     struct weft_error *error);

/* Goes on without the kernel, cl->steps, after the ${failure} of something that it needs. Fails, in
 * the same way, if the kernel was requested, or if the cause is another one. */
enum weft_status opencl_steps_failed(struct opencl_backend *cl, const struct weft_error *failure,
                                     struct weft_error *error);
void opencl_steps_finish(struct opencl_backend *cl);

#endif

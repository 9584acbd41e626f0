/* hooks.h: what the OpenCL backend does for verification at each buffer and each launch. */
#ifndef WEFT_DEBUG_HOOKS_H
#define WEFT_DEBUG_HOOKS_H

#include "backend/opencl/cl.h"
#include "weft/backend.h"

struct opencl_backend;
struct opencl_launch;
struct tensor_ref;

/* ---- guard.c: in a trial with about, a strip of known words after each buffer, which no kernel may write ---- */

/* Returns the bytes of a strip, or 0. */
size_t opencl_guard_room(const struct opencl_backend *cl);

/* Fills the strip after the ${size} bytes of ${buffer}, called ${what}. */
enum weft_status opencl_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                  const char *what, struct weft_error *error);

/* Fails with WEFT_BAD_DEVICE, and names ${kernel}, if a strip has changed. */
enum weft_status opencl_guards_check(struct opencl_backend *cl, const char *kernel,
                                     struct weft_error *error);
void opencl_guards_finish(struct opencl_backend *cl);

/* ---- record.c ---- */

/* Keeps ${launch}, before it is enqueued, if cl->trial->record selects it. */
void opencl_record_before(struct opencl_backend *cl, const struct opencl_launch *launch,
                          const size_t range[3]);

/* The entry record_result of struct opencl_api. */
enum weft_status opencl_record_result(struct weft_backend *backend, const struct tensor_ref *target,
                                      int *buffer, unsigned char **bytes, struct weft_error *error);

/* ---- debug_run.c ---- */

/* Reports ${what}, a kernel or the compiler, to cl->trial->about before it runs, if there is one. */
void opencl_trial_before(const struct opencl_backend *cl, const char *what);

/* Does what cl->trial asks for, after ${launch} has been enqueued. */
enum weft_status opencl_trial_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    struct weft_error *error);

#endif

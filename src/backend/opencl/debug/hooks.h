/* hooks.h: what the OpenCL backend calls so that verification can look into it (debug.h). Without cl->debug they do nothing. */
#ifndef WEFT_OPENCL_DEBUG_HOOKS_H
#define WEFT_OPENCL_DEBUG_HOOKS_H

#include "backend/opencl/cl.h"
#include "weft/error.h"

struct opencl_backend;
struct opencl_launch;

/* Returns whether kernels get work-groups of other sizes. */
bool debug_other_groups(const struct opencl_backend *cl);

/* Announces ${what}, the compiler or a kernel, before it runs. */
void debug_announce(const struct opencl_backend *cl, const char *what);

/* Announces ${launch}, and records it, before it is enqueued over ${range}. */
void debug_before(struct opencl_backend *cl, const struct opencl_launch *launch,
                  const size_t range[3]);

/* After ${launch} has been enqueued: waits, checks guards, flips a bit, as cl->debug says. */
enum weft_status debug_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                             struct weft_error *error);

/* guard.c: returns the bytes of the guard after each buffer, or 0. */
size_t debug_guard_size(const struct opencl_backend *cl);

/* Fills the guard after the ${size} bytes of ${buffer}, called ${what}. */
enum weft_status debug_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                 const char *what, struct weft_error *error);

/* Fails with WEFT_BAD_DEVICE, and names ${kernel}, if a guard has changed. */
enum weft_status debug_guards_check(struct opencl_backend *cl, const char *kernel,
                                    struct weft_error *error);
void debug_guards_finish(struct opencl_backend *cl);

/* record.c: keeps ${launch} if cl->debug->record selects it. */
void debug_record(struct opencl_backend *cl, const struct opencl_launch *launch,
                  const size_t range[3]);

#endif

/* hooks.h: what the OpenCL backend calls so that verification can look into it (debug.h). Without
 * cl->debug they do nothing. */
#ifndef WEFT_OPENCL_DEBUG_HOOKS_H
#define WEFT_OPENCL_DEBUG_HOOKS_H

#include "backend/opencl/cl.h"
#include "base/error.h"

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

#endif

/* guard.h: a guard of known words after each buffer, with debug_options.announce. */
#ifndef WEFT_BACKEND_OPENCL_DEBUG_GUARD_H
#define WEFT_BACKEND_OPENCL_DEBUG_GUARD_H

#include "backend/opencl/cl.h"
#include "base/error.h"

struct opencl_backend;

/* Returns the bytes of the guard after each buffer, or 0. */
size_t debug_guard_size(const struct opencl_backend *cl);

/* Fills the guard after the ${size} bytes of ${buffer}, called ${what}. */
enum weft_status debug_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                 const char *what, struct weft_error *error);

/* Fails with WEFT_BAD_DEVICE, and names ${kernel}, if a guard has changed. */
enum weft_status debug_guards_check(struct opencl_backend *cl, const char *kernel,
                                    struct weft_error *error);
void debug_guards_finish(struct opencl_backend *cl);

#endif

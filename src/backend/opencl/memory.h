/* memory.h: buffers of the device. */
#ifndef WEFT_OPENCL_MEMORY_H
#define WEFT_OPENCL_MEMORY_H

#include "backend/backend.h"
#include "backend/opencl/cl.h"

struct opencl_backend;

/* Allocates all buffers that do not depend on the data. Fails with WEFT_BAD_DEVICE;
 * opencl_memory_finish must be called all the same. */
enum weft_status opencl_memory_init(struct opencl_backend *cl, struct weft_error *error);
void opencl_memory_finish(struct opencl_backend *cl);

/* Makes a buffer of ${bytes}, filled with zeros; ${what} is for messages. ${buffer} is NULL after a
 * failure. */
enum weft_status opencl_buffer(struct opencl_backend *cl, size_t bytes, const char *what,
                               cl_mem *buffer, struct weft_error *error);

/* Makes ${buffer}, which may be NULL, hold at least ${bytes}. The contents are lost if it grows,
 * and after a failure it is NULL: what a later call needs must then be made again. */
enum weft_status opencl_buffer_grow(struct opencl_backend *cl, size_t bytes, const char *what,
                                    cl_mem *buffer, struct weft_error *error);

/* Frees ${buffer}, which may be NULL, and sets it to NULL. */
void opencl_buffer_drop(struct opencl_backend *cl, cl_mem *buffer);

#endif

/* fill.h: memory of the device that is filled with a word, by a kernel (cl/fill.cl). */
#ifndef WEFT_OPENCL_FILL_H
#define WEFT_OPENCL_FILL_H

#include "backend/opencl/cl.h"
#include "base/error.h"

#include <stddef.h>

struct opencl_backend;

#define FILL_BLOCK 64 /* bytes */

/* Makes the kernel of the program. Fails with WEFT_BAD_DEVICE. */
enum weft_status opencl_fill_init(struct opencl_backend *cl, struct weft_error *error);

/* Enqueues the fill of ${bytes} of ${buffer} from ${begin} on with ${word}. Both are multiples of
 * FILL_BLOCK. Fails with WEFT_BAD_DEVICE. */
enum weft_status opencl_fill(struct opencl_backend *cl, cl_mem buffer, cl_uint word, size_t begin,
                             size_t bytes, struct weft_error *error);

#endif

/* opencl.h: opening OpenCL devices. */
#ifndef WEFT_OPENCL_OPENCL_H
#define WEFT_OPENCL_OPENCL_H

#include "backend/opencl/state.h"

/* Opens another backend for the network of ${first} and with the ${options} of ${first} (--math
 * exact). It shares context and program, but has a queue, kernels and memory of its own.
 * ${first} must be closed last. */
enum weft_status opencl_open_shared(struct opencl_backend *first,
                                    const struct weft_backend_options *options,
                                    struct opencl_backend **shared, struct weft_error *error);

#endif

/* opening.h: opens OpenCL devices. */
#ifndef WEFT_OPENCL_OPENING_H
#define WEFT_OPENCL_OPENING_H

#include "backend/ops.h"

struct opencl_backend;

extern const struct backend_ops opencl_ops;

/* The entry open of struct opencl_api. */
enum weft_status opencl_open(const struct backend_request *request,
                             const struct device_info *device, struct backend **backend,
                             struct weft_error *error);

/* Opens another backend for the network of ${first} and with the ${options} of ${first} (--math
 * exact). It shares context and program, but has a queue, kernels and memory of its own.
 * ${first} must be closed last. */
enum weft_status opencl_open_shared(struct opencl_backend *first,
                                    const struct backend_options *options,
                                    struct opencl_backend **shared, struct weft_error *error);

#endif

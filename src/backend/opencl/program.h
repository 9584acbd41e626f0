/* program.h: the compiled program of a network. */
#ifndef WEFT_OPENCL_PROGRAM_H
#define WEFT_OPENCL_PROGRAM_H

#include "weft/backend.h"

struct opencl_backend;

/* Compiles the network's program for the device, or takes it from the cache. Fails with
 * WEFT_BAD_DEVICE and the build log. */
enum weft_status opencl_program_build(struct opencl_backend *cl,
                                      const struct weft_backend_options *options,
                                      struct weft_error *error);

/* Computes a few hundred values on the device. If one differs from the host's, describes it in
 * cl->base.warning. */
enum weft_status opencl_probe(struct opencl_backend *cl, struct weft_error *error);

#endif

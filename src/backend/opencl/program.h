/* program.h: compiled programs. */
#ifndef WEFT_OPENCL_PROGRAM_H
#define WEFT_OPENCL_PROGRAM_H

#include "backend/backend.h"
#include "backend/opencl/cl.h"
#include "base/text.h"

struct opencl_backend;
struct opencl_program;

/* Compiles ${source} with ${flags}, and reports it to ${log}. ${file} names the source in
 * messages: "bench.cl"; NULL: the network's program. Fails with WEFT_BAD_DEVICE and the build
 * log, or WEFT_NO_MEMORY without memory. The caller releases ${program}, which may exist even
 * then. */
enum weft_status opencl_compile(cl_context context, cl_device_id device, const struct text *source,
                                const char *file, const char *flags, const struct backend_log *log,
                                cl_program *program, struct weft_error *error);

/* Compiles ${source} for the version ${standard} of OpenCL C, "CL1.2", or takes ${program} from the
 * cache. Fails with WEFT_BAD_DEVICE and the build log. */
enum weft_status opencl_program_build(struct opencl_backend *cl, struct opencl_program *program,
                                      const struct text *source, const char *standard,
                                      const struct backend_options *options,
                                      struct weft_error *error);

/* Computes a few hundred values on the device with ${program}. If one differs from the host's,
 * describes it in cl->base.warning, and sets cl->base.contracts if that is only contraction. Stores
 * a hash of all results in program->probe. */
enum weft_status opencl_probe(struct opencl_backend *cl, struct opencl_program *program,
                              struct weft_error *error);

#endif

/* log.h: what the OpenCL backend reports to struct weft_log. */
#ifndef WEFT_OPENCL_LOG_H
#define WEFT_OPENCL_LOG_H

#include "backend/log.h"
#include "backend/opencl/cl.h"

struct opencl_backend;

/* Reports the device and its mapping. */
void opencl_log_device(const struct opencl_backend *cl);

/* Reports the groups of layers and their kernels. */
void opencl_log_plan(const struct opencl_backend *cl);

/* Reports that the program called ${what} was built in ${seconds}, and the compiler's log. */
void opencl_log_build(const struct weft_log *log, const char *what, cl_program program,
                      cl_device_id device, const char *flags, double seconds);

/* Returns the compiler's log of ${program}, which the caller frees: empty if there is none, NULL
 * without memory. */
char *opencl_build_log(cl_program program, cl_device_id device);

#endif

/* errors.h: OpenCL's error codes, and the logs of its compilers. */
#ifndef WEFT_OPENCL_ERRORS_H
#define WEFT_OPENCL_ERRORS_H

#include "backend/opencl/cl.h"
#include "base/error.h"

/* NVIDIA's code for a kernel that accessed memory outside of its buffers. */
#define OPENCL_ILLEGAL_ACCESS (-9999)

/* Returns "CL_OUT_OF_RESOURCES" for -5. For a code without a name, writes "CL error -1234" into
 * ${text} and returns it. */
const char *opencl_code_name(cl_int code, char text[32]);

/* Returns whether ${code} is one of OpenCL, not of a driver. */
bool opencl_code_is_standard(cl_int code);

/* Fails with WEFT_BAD_DEVICE and "${call}: CL_..." unless ${code} is CL_SUCCESS. */
enum weft_status opencl_check(cl_int code, const char *call, struct weft_error *error);

/* Returns the compiler's log of ${program}, which the caller frees: empty if there is none, NULL
 * without memory. */
char *opencl_build_log(cl_program program, cl_device_id device);

#endif

/* errors.h: OpenCL's error codes, and the logs of its compilers. */
#ifndef WEFT_OPENCL_ERRORS_H
#define WEFT_OPENCL_ERRORS_H

#include "backend/opencl/cl.h"
#include "weft/error.h"

/* Returns "CL_OUT_OF_RESOURCES" for -5. For a code without a name, writes "CL error -9999" into
 * ${text} and returns it. */
const char *opencl_code_name(cl_int code, char text[32]);

/* Fails with WEFT_BAD_DEVICE and "${call}: CL_..." unless ${code} is CL_SUCCESS. */
enum weft_status opencl_check(cl_int code, const char *call, struct weft_error *error);

/* Returns the compiler's log of ${program}, which the caller frees: empty if there is none, NULL
 * without memory. */
char *opencl_build_log(cl_program program, cl_device_id device);

#endif

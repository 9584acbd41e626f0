/* absent.c: a weft that was built without OpenCL (meson's option opencl). */
#include "backend/opencl_ops.h"

const struct opencl_api *const opencl_api = NULL;

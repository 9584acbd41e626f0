/* without_opencl.c: a weft that was built without OpenCL (meson's option opencl). */
#include "backend/opencl/api.h"

const struct opencl_api *const opencl_api = NULL;

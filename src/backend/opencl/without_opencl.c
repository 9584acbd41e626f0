/* without_opencl.c: a weft that was built without OpenCL (meson's option opencl). */
#include "backend/opencl/api.h"
#include "backend/opencl/debug/debug.h"

const struct opencl_api *const opencl_api = NULL;
const struct debug_api *const debug_api = NULL;

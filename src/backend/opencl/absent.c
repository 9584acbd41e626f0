/* absent.c: a weft that was built without OpenCL (meson's option opencl). */
#include "backend/opencl_ops.h"

const struct weft_opencl *const weft_opencl = NULL;

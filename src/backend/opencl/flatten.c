/* flatten.c: channels, rows and columns become features. They lie in memory just so: no kernel. */
#include "backend/opencl/opencl.h"

const struct opencl_row opencl_flatten = {0};

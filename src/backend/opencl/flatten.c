/* flatten.c: channels, rows and columns become features. They are in memory in this order, so there
 * is no kernel. */
#include "backend/opencl/layer.h"

const struct opencl_layer opencl_flatten = {.passes_gradient = true};

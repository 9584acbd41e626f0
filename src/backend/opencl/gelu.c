/* gelu.c: the functions of cl/gelu.cl. */
#include "backend/opencl/elementwise.h"

OPENCL_ELEMENTWISE(gelu, ARG_INPUT, opencl_elementwise_define)

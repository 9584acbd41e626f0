/* sigmoid.c: the functions of cl/sigmoid.cl. */
#include "backend/opencl/elementwise.h"

OPENCL_ELEMENTWISE(sigmoid, ARG_OUTPUT, opencl_elementwise_define)

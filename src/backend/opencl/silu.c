/* silu.c: the functions of cl/silu.cl. */
#include "backend/opencl/elementwise.h"

OPENCL_ELEMENTWISE(silu, ARG_INPUT, opencl_elementwise_define)

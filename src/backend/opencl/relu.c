/* relu.c: the functions of cl/relu.cl. */
#include "backend/opencl/elementwise.h"

OPENCL_ELEMENTWISE(relu, ARG_INPUT, opencl_elementwise_define)

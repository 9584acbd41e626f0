/* tanh.c: the functions of cl/tanh.cl. */
#include "backend/opencl/elementwise.h"

OPENCL_ELEMENTWISE(tanh, ARG_OUTPUT, opencl_elementwise_define)

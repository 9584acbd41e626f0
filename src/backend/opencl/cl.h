/* cl.h: OpenCL's API, as this project asks for it: 1.2, so that it runs everywhere. */
#ifndef WEFT_OPENCL_CL_H
#define WEFT_OPENCL_CL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

/* On POWER CL/cl.h brings altivec.h, which takes these words for vectors. */
#undef bool
#undef pixel
#undef vector
#define bool _Bool

#endif

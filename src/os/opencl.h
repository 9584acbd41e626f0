/* opencl.h: looks for the OpenCL library. */
#ifndef WEFT_OS_OPENCL_H
#define WEFT_OS_OPENCL_H

/* Call it before the first OpenCL function. On Windows the library may be missing, and the program
 * looks for it only then; elsewhere the program does not start without the library. */
#ifdef _WIN32
void os_prepare_opencl(void);
#else
static inline void os_prepare_opencl(void) {
}
#endif

#endif

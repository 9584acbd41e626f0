/* loader.h: the library that stands before OpenCL's drivers. */
#ifndef WEFT_OPENCL_LOADER_H
#define WEFT_OPENCL_LOADER_H

#include <stddef.h>

/* Writes the loader's name, its version and the OpenCL that it knows into ${text} of ${size} bytes: "OpenCL ICD Loader 2.3.1, OpenCL
 * 3.0"; "unknown" where it does not say, as a driver does that is linked without one. Asking loads the drivers. */
void opencl_loader_version(char *text, size_t size);

#endif

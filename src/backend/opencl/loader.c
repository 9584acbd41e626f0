/* loader.c: what OpenCL's loader says of itself, by the extension cl_loader_info. */
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS /* extensions without a platform */
#include "backend/opencl/opencl.h"

#include <stdio.h>

#include "os/os.h"

/* The extension's names, which few headers have. */
typedef cl_int (*loader_info)(int what, size_t size, void *value, size_t *used);
enum { LOADER_OPENCL = 1, LOADER_VERSION = 2, LOADER_NAME = 3 };

void opencl_loader_version(char *text, size_t size) {
    union { /* ISO C has no cast from an object's address to a function's */
        void *address;
        loader_info call;
    } info;
    char opencl[64] = "", version[64] = "", name[64] = "";
    os_prepare_opencl();
    info.address = clGetExtensionFunctionAddress("clGetICDLoaderInfoOCLICD");
    if (info.address == NULL ||
        info.call(LOADER_OPENCL, sizeof opencl - 1, opencl, NULL) != CL_SUCCESS ||
        info.call(LOADER_VERSION, sizeof version - 1, version, NULL) != CL_SUCCESS ||
        info.call(LOADER_NAME, sizeof name - 1, name, NULL) != CL_SUCCESS) {
        snprintf(text, size, "unknown");
        return;
    }
    snprintf(text, size, "%s %s, %s", name, version, opencl);
}

/* kernels.h: the .cl sources that cl/embed.py puts into the library. */
#ifndef WEFT_OPENCL_KERNELS_H
#define WEFT_OPENCL_KERNELS_H

#include <stddef.h>

struct weft_builtin_kernel {
    const char *name; /* "conv2d.cl" */
    const char *text; /* zero-terminated */
    size_t length;
};

/* Ends with a name of NULL. */
extern const struct weft_builtin_kernel weft_builtin_kernels[];

#endif

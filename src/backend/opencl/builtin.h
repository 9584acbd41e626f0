/* builtin.h: the files of cl/, which cl/embed.py puts into the library. */
#ifndef WEFT_OPENCL_BUILTIN_H
#define WEFT_OPENCL_BUILTIN_H

#include <stddef.h>

struct opencl_builtin {
    const char *name; /* "conv2d.cl" */
    const char *text; /* zero-terminated */
    size_t length;
};

/* Ends with a name of NULL. */
extern const struct opencl_builtin opencl_builtins[];

#endif

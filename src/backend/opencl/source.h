/* source.h: the source of an OpenCL program. */
#ifndef WEFT_OPENCL_SOURCE_H
#define WEFT_OPENCL_SOURCE_H

#include "backend/backend.h"
#include "base/text.h"

/* The files of cl/, which src/embed.py puts into the library. */
struct opencl_builtin {
    const char *name; /* "conv2d.cl" */
    const char *text; /* zero-terminated */
};

/* Ends with a name of NULL. */
extern const struct opencl_builtin opencl_builtins[];

struct opencl_group;
struct opencl_groups;
struct opencl_kernels;

/* Appends "#define NAME VALUE": a macro of the file that is added next. opencl_source_make
 * undefines it after that file. Of a pair, NAME_HEIGHT and NAME_WIDTH. */
void opencl_define(struct text *text, const char *name, size_t value);
void opencl_define_pair(struct text *text, const char *name, struct network_pair pair);
void opencl_define_float(struct text *text, const char *name, float value);

/* Appends the macros of the file of ${group}, but for LAYER. Equal text: equal functions. */
void opencl_source_define(struct text *text, const struct opencl_groups *groups,
                          const struct opencl_group *group);

/* Appends the file ${name} of cl/, or of ${folder} unless NULL. Files that it includes are
 * inserted at their places. */
enum weft_status opencl_source_add(struct text *text, const char *folder, const char *name,
                                   struct weft_error *error);

/* Appends the source of the whole program, with each of ${kernels}. Fails with WEFT_NO_MEMORY
 * without memory and WEFT_BAD_FILE. The caller frees text->bytes. */
enum weft_status opencl_source_make(const struct opencl_kernels *kernels, const char *folder,
                                    struct text *text, struct weft_error *error);

#endif

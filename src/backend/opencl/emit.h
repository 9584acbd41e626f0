/* emit.h: the text of kernels. */
#ifndef WEFT_OPENCL_EMIT_H
#define WEFT_OPENCL_EMIT_H

#include "backend/opencl/layer.h"
#include "base/text.h"

struct opencl_call;
struct opencl_groups;
struct opencl_kernel;

/* Stores the name of ${kernel} in the program. */
void opencl_kernel_name(const struct opencl_groups *groups, const struct opencl_kernel *kernel,
                        char name[64]);

/* Appends ${kernel}, which calls functions that ${text} has already. */
void opencl_emit_kernel(struct text *text, const struct opencl_groups *groups,
                        const struct opencl_kernel *kernel);

/* Appends the name of the function that ${call} calls. One that belongs to no layer has no
 * number. */
void opencl_emit_function(struct text *text, const struct opencl_groups *groups,
                          const struct opencl_call *call);

/* Appends the arguments of ${call}, each after a comma: ${prefix} and its index, or a constant. */
void opencl_emit_arguments(struct text *text, const struct opencl_groups *groups,
                           const struct opencl_call *call, const char *prefix);

/* Returns the type of a parameter for ${argument}, up to its name. ${single}: of a function of a
 * layer that is called alone. None that it writes is the same buffer as one that it only reads. */
const char *opencl_emit_type(enum opencl_argument argument, bool single);

#endif

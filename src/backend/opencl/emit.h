/* emit.h: the text of kernels. */
#ifndef WEFT_OPENCL_EMIT_H
#define WEFT_OPENCL_EMIT_H

#include "backend/opencl/layer.h"
#include "base/text.h"

struct opencl_call;
struct opencl_groups;
struct opencl_kernel;
struct opencl_kernels;

/* Stores the name of ${kernel} in the program: that of the first one with the same text. */
void opencl_kernel_name(const struct opencl_kernels *kernels, const struct opencl_kernel *kernel,
                        char name[64]);

/* Appends all of ${kernels} whose text is not that of an earlier one. They call functions that
 * ${text} has already. */
void opencl_emit_kernels(struct text *text, const struct opencl_kernels *kernels);

/* Appends the parameters and the text of ${kernel}, without its name. */
void opencl_emit_body(struct text *text, const struct opencl_groups *groups,
                      const struct opencl_kernel *kernel);

/* Appends the name of the function that ${call} calls. One that belongs to no layer has no
 * number. */
void opencl_emit_function(struct text *text, const struct opencl_groups *groups,
                          const struct opencl_call *call);

/* Appends the parameter ${name}${index} for ${argument} of ${function}; and, after an array that
 * the function takes from its layer's tensors on, where these begin. ${single}: as below. */
void opencl_emit_parameter(struct text *text, const struct opencl_function *function,
                           enum opencl_argument argument, bool single, const char *name,
                           size_t index);

/* Appends the arguments of ${call}, each after a comma: the parameter ${prefix} and its index, or a
 * constant. */
void opencl_emit_arguments(struct text *text, const struct opencl_groups *groups,
                           const struct opencl_call *call, const char *prefix);

/* Returns the type of a parameter for ${argument}, up to its name. ${single}: of a function of a
 * layer that is called alone. None that it writes is the same buffer as one that it only reads. */
const char *opencl_emit_type(enum opencl_argument argument, bool single);

#endif

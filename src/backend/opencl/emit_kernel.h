/* emit_kernel.h: the source of one kernel. */
#ifndef WEFT_OPENCL_EMIT_KERNEL_H
#define WEFT_OPENCL_EMIT_KERNEL_H

#include "base/text.h"

struct opencl_groups;
struct opencl_kernel;

/* Stores the name of ${kernel} in the program. */
void opencl_kernel_name(const struct opencl_groups *groups, const struct opencl_kernel *kernel,
                        char name[64]);

/* Appends ${kernel}, which calls functions that ${text} has already; LANE_VALUES must be
 * defined. */
void opencl_emit_kernel(struct text *text, const struct opencl_groups *groups,
                        const struct opencl_kernel *kernel);

#endif

/* tensors.h: which tensors of activations share memory. */
#ifndef WEFT_OPENCL_TENSORS_H
#define WEFT_OPENCL_TENSORS_H

#include "network/lifetimes.h"

struct opencl_kernels;
struct opencl_phases;

/* Finds out when ${kernels} and ${phases} (NULL: there is no kernel of many steps) need the
 * tensors, and stores their memory in ${lifetimes}, which lifetimes_finish frees; with ${apart}
 * each has its own. Fails with WEFT_NO_MEMORY. */
enum weft_status opencl_tensors_plan(const struct opencl_kernels *kernels,
                                     const struct opencl_phases *phases, bool forward_only,
                                     bool apart, struct lifetimes *lifetimes,
                                     struct weft_error *error);

#endif

/* kernels.h: the kernels of the network's program, each of which calls one or more functions of
 * layers. */
#ifndef WEFT_OPENCL_KERNELS_H
#define WEFT_OPENCL_KERNELS_H

#include "backend/backend.h"
#include "backend/opencl/calls.h"
#include "backend/opencl/work_groups.h"

/* Which items a work-item of a kernel computes; of LOOP_SHARD, in the gpu mapping, a work-group. */
enum opencl_loop {
    LOOP_APART,    /* one item of the only call */
    LOOP_CHANNELS, /* its part of the items of the first call for all shards, then of the second */
    LOOP_SHARD,    /* all items of a shard, call by call */
};

#define OPENCL_MAX_CALLS 9

struct opencl_kernel {
    enum opencl_loop loop;
    unsigned passes; /* bits of enum opencl_pass */
    size_t parts;    /* LOOP_CHANNELS: work-items */
    /* Local memory for the lanes of an item, and the most items of a group that have such a slice;
     * 0 and 0: none. */
    size_t lane_values, slices;
    size_t same; /* the first kernel with the same text, which the program has (share.c) */
    size_t count;
    struct opencl_call calls[OPENCL_MAX_CALLS];
};

struct opencl_kernels {
    const struct opencl_groups *groups;
    struct work_group_limits limits; /* of the device */
    size_t count;
    struct opencl_kernel *list; /* in the order of a forward pass */
    /* The first group of the kernel of PASS_STEP, which is the last kernel; the count of groups:
     * there is none. */
    size_t step_group;
};

/* Makes the kernels of ${groups}, which they refer to and whose last members are set, for a device
 * with ${limits}: without training if ${forward_only}, a function a kernel if ${apart}. Fails with
 * WEFT_NO_MEMORY without memory, and with WEFT_BAD_DEVICE if the limits are too small for the
 * mapping. The caller frees kernels->list. */
enum weft_status opencl_kernels_make(struct opencl_groups *groups,
                                     const struct work_group_limits *limits, bool forward_only,
                                     bool apart, struct opencl_kernels *kernels,
                                     struct weft_error *error);

/* Returns whether the gradients of layer ${layer} are stored joined; see RANGE_ITEMS. */
bool opencl_kernels_join(const struct opencl_kernels *kernels, size_t layer);

/* Returns the range of ${kernel}. */
enum opencl_range opencl_kernel_range(const struct opencl_groups *groups,
                                      const struct opencl_kernel *kernel);

/* The loss of a step. Like all functions that belong to no layer, it has no passes. */
extern const struct opencl_function opencl_loss;

#endif

/* fusions.h: groups of layers that are computed together. */
#ifndef WEFT_OPENCL_FUSIONS_H
#define WEFT_OPENCL_FUSIONS_H

#include "backend/backend.h"

struct opencl_layer;

struct opencl_group {
    size_t first, end; /* layers first .. end - 1 */
    size_t main;       /* the layer whose sizes the functions are compiled with */
    bool relu;         /* the first layer is a relu, which main applies as it reads */
    bool settles;      /* the statistics of the batch are combined by each kernel that reads them */
    size_t vectors;    /* of 16 values, in a channel of the batch */
    size_t shards;     /* of a full batch */
    unsigned by_channels; /* the passes that functions of RANGE_BATCH compute: by channels */
    unsigned by_items;    /* the passes that functions of RANGE_ITEMS compute (kernels.c) */
    size_t same;          /* the first group that has the same functions (share.c) */
    size_t first_kernel, end_kernel; /* those that call functions of this group first (kernels.c) */
    const struct opencl_layer *layer; /* what computes the group */
};

struct opencl_groups {
    const struct weft_network *network;
    enum weft_mapping mapping;
    size_t count;
    struct opencl_group *list;
};

/* Returns the number in the names of the functions of ${group}: that of the first layer which has
 * them, counted from 1. */
size_t opencl_group_number(const struct opencl_groups *groups, size_t group);

/* Cuts ${network} into ${groups} for batches of ${batch} images: a layer a group if ${apart},
 * else as few groups as possible. Fails with WEFT_NO_MEMORY without memory. The caller frees
 * groups->list. */
enum weft_status opencl_groups_make(const struct weft_network *network, size_t batch,
                                    enum weft_mapping mapping, bool apart,
                                    struct opencl_groups *groups, struct weft_error *error);

#endif

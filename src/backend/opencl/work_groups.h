/* work_groups.h: the sizes of work-groups.
 *
 * A kernel states the group that it needs by its range (enum opencl_range in layer.h):
 *
 *   RANGE_SHARDS, RANGE_BATCH, RANGE_ITEMS, RANGE_ONCE
 *                 any; the kernel has no barrier and no local memory
 *   RANGE_SUMS    the 16 lanes of one item or of several. All items of a group are alike: gradients
 *                 of parameters (struct opencl_function, items), or of the input (input_items). So
 *                 a barrier may depend on which of the two an item is, but on nothing else of the
 *                 item, and in each of them all items reach the same barriers. An item has a slice
 *                 of local memory of its own, lanes.
 *   RANGE_SHARD_GROUP   the whole of a shard. The group has 16 lanes x get_local_size(1) items,
 *                 which is a power of two, at least 1 and at most the kernel's items; the kernel
 *                 loops over its items from get_local_id(1) in steps of get_local_size(1). lanes is
 *                 as in RANGE_SUMS. barrier() is for all of the shard.
 *   RANGE_CHANNEL_GROUP   the same for a channel of all shards. The group is item
 *                 get_global_id(1) / get_local_size(1).
 *
 * Of the sizes that a kernel can use, the device's limits and the limit for this kernel decide. No
 * bit depends on it. */
#ifndef WEFT_OPENCL_WORK_GROUPS_H
#define WEFT_OPENCL_WORK_GROUPS_H

#include "backend/opencl/layer.h"

/* What a device allows, or what it allows for one kernel. */
struct work_group_limits {
    size_t items;          /* work-items of a group */
    size_t sizes[3];       /* in each dimension */
    size_t preferred;      /* work-items of a group are best a multiple of this: a warp, a wave */
    uint64_t local_memory; /* bytes of a group */
    uint64_t local_needed; /* bytes that the kernel needs, as far as that is known */
    unsigned units;        /* compute units, at least 1 */
};

/* What a kernel needs. */
struct work_group_need {
    enum weft_mapping mapping; /* cpu or gpu */
    enum opencl_range range;
    size_t items, input_items; /* of a shard: two kinds of items, input_items last; may be 0 */
    size_t shards;             /* of a full batch */
    size_t slices;             /* RANGE_SUMS, RANGE_SHARD_GROUP: the most items of a group */
    bool other;                /* another size than usual, if there is one (debug_other_groups) */
};

/* Stores what ${device} allows. Fails with WEFT_BAD_DEVICE. */
enum weft_status work_groups_device(cl_device_id device, struct work_group_limits *limits,
                                    struct weft_error *error);

/* Lowers ${limits}, those of ${device}, to what it allows for ${kernel}. Fails with
 * WEFT_BAD_DEVICE. */
enum weft_status work_groups_kernel(cl_device_id device, cl_kernel kernel,
                                    struct work_group_limits *limits, struct weft_error *error);

/* Stores in ${local} the size of the groups of a kernel. Returns false if there is none. */
bool work_groups_choose(const struct work_group_need *need, const struct work_group_limits *limits,
                        size_t local[3]);

/* Returns for how many items a group should have slices of local memory, of limits->local_needed
 * bytes each: a power of two; 0: not even a group of one item can run. */
size_t work_groups_slices(enum opencl_range range, size_t items,
                          const struct work_group_limits *limits);

/* Fails with WEFT_BAD_DEVICE and a hint: the kernel ${name} cannot run within ${limits}. */
enum weft_status work_groups_fail(const char *name, const struct work_group_limits *limits,
                                  struct weft_error *error);

#endif

/* work_groups.c: the sizes of work-groups: what a kernel needs, within what the device allows. */
#include "backend/opencl/work_groups.h"
#include "backend/opencl/errors.h"
#include "base/least.h"
#include "base/try.h"

#define MOST_ITEMS     8  /* of a group, of a kernel without barriers: 128 work-items */
#define SHARD_ITEMS    16 /* of a group that computes a shard: 256 work-items */
#define MOST_WIDTH     64 /* work-items that a GPU executes together: at most, */
#define USUAL_WIDTH    32 /* and if it reports none, */
#define KNOWN_WIDTH    8  /* or fewer than this */
#define FEW            4  /* groups of a compute unit: where there are fewer, groups are smaller */
#define SHARERS        4  /* groups that share the local memory of a compute unit, if they fit */
#define MAX_DIMENSIONS 16

/* ---- limits ---- */

static enum weft_status device_info(cl_device_id device, cl_device_info info, size_t size,
                                    void *value, struct weft_error *error) {
    return opencl_check(clGetDeviceInfo(device, info, size, value, NULL), "clGetDeviceInfo", error);
}

static enum weft_status kernel_info(cl_device_id device, cl_kernel kernel,
                                    cl_kernel_work_group_info info, size_t size, void *value,
                                    struct weft_error *error) {
    return opencl_check(clGetKernelWorkGroupInfo(kernel, device, info, size, value, NULL),
                        "clGetKernelWorkGroupInfo", error);
}

enum weft_status work_groups_device(cl_device_id device, struct work_group_limits *limits,
                                    struct weft_error *error) {
    size_t items = 0, sizes[MAX_DIMENSIONS] = {0};
    cl_uint units = 0;
    cl_ulong local = 0;
    TRY(device_info(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof items, &items, error));
    TRY(device_info(device, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof sizes, sizes, error));
    TRY(device_info(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, error));
    TRY(device_info(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local, &local, error));
    *limits = (struct work_group_limits){.items = items > 0 ? items : 1,
                                         .preferred = 1,
                                         .local_memory = local,
                                         .units = units > 0 ? units : 1};
    for (int d = 0; d < 3; d++) {
        limits->sizes[d] = sizes[d] > 0 ? sizes[d] : 1;
    }
    return WEFT_OK;
}

enum weft_status work_groups_kernel(cl_device_id device, cl_kernel kernel,
                                    struct work_group_limits *limits, struct weft_error *error) {
    size_t items = 0, preferred = 0;
    cl_ulong local = 0;
    TRY(kernel_info(device, kernel, CL_KERNEL_WORK_GROUP_SIZE, sizeof items, &items, error));
    TRY(kernel_info(device, kernel, CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, sizeof preferred,
                    &preferred, error));
    TRY(kernel_info(device, kernel, CL_KERNEL_LOCAL_MEM_SIZE, sizeof local, &local, error));
    limits->items = items > 0 ? least(limits->items, items) : limits->items;
    limits->preferred = preferred;
    limits->local_needed = local;
    return WEFT_OK;
}

enum weft_status work_groups_fail(const char *name, const struct work_group_limits *limits,
                                  struct weft_error *error) {
    if (limits->local_needed > limits->local_memory) {
        error_set(error, WEFT_BAD_DEVICE,
                  "kernel %s: it needs %llu bytes of local memory, and the device has %llu", name,
                  (unsigned long long)limits->local_needed,
                  (unsigned long long)limits->local_memory);
    } else {
        error_set(error, WEFT_BAD_DEVICE,
                  "kernel %s: it needs work-groups of %d, and the device allows %zu", name,
                  CPU_LANES, least(limits->items, limits->sizes[0]));
    }
    return error_hint(error, "WEFT_MAPPING_CPU needs work-groups of 1 and no local memory");
}

/* ---- the choice ---- */

static bool fits(const size_t local[3], const struct work_group_limits *limits) {
    return limits->local_needed <= limits->local_memory &&
           local[0] * local[1] * local[2] <= limits->items && local[0] <= limits->sizes[0] &&
           local[1] <= limits->sizes[1] && local[2] <= limits->sizes[2];
}

/* Returns the work-items that the device executes together: a warp, a wave, a vector. */
static size_t width_of(const struct work_group_limits *limits) {
    return limits->preferred < KNOWN_WIDTH ? USUAL_WIDTH
           : limits->preferred < CPU_LANES ? CPU_LANES
                                           : least(limits->preferred, MOST_WIDTH);
}

/* Returns the most items of a group, a power of two, that suit the device. */
static size_t most_items(const struct work_group_need *need,
                         const struct work_group_limits *limits) {
    size_t lanes = need->mapping == WEFT_MAPPING_GPU && need->range != RANGE_ONCE ? CPU_LANES : 1;
    size_t wide = width_of(limits) / CPU_LANES, most = MOST_ITEMS;
    size_t few = wide > 2 ? wide : 2;
    size_t items =
        (need->items + need->input_items) * (need->range == RANGE_SHARDS ? need->shards : 1);
    switch (need->range) {
    case RANGE_SUMS:
        return lanes == 1 ? 1 : least(wide, need->slices);
    case RANGE_SHARD_GROUP:
    case RANGE_CHANNEL_GROUP:
        return lanes == 1 ? 1 : need->slices;
    case RANGE_ONCE:
        return MOST_ITEMS;
    default:
        while (most > few && items / most < (size_t)FEW * limits->units) {
            most /= 2;
        }
        return lanes == 1 ? 1 : most;
    }
}

/* Returns whether a work-group computes a shard, or a channel. */
static bool whole(enum opencl_range range) {
    return range == RANGE_SHARD_GROUP || range == RANGE_CHANNEL_GROUP;
}

/* Doubles the size in dimension ${d} up to ${most}, while it fits and ${alike} is a multiple. */
static void grow(size_t local[3], int d, size_t most, size_t alike,
                 const struct work_group_limits *limits) {
    size_t larger[3] = {local[0], local[1], local[2]};
    for (larger[d] *= 2; larger[d] <= most && alike % larger[d] == 0 && fits(larger, limits);
         larger[d] *= 2) {
        local[d] = larger[d];
    }
}

bool work_groups_choose(const struct work_group_need *need, const struct work_group_limits *limits,
                        size_t local[3]) {
    const bool once = need->range == RANGE_ONCE;
    const bool barriers =
        need->mapping == WEFT_MAPPING_GPU && (need->range == RANGE_SUMS || whole(need->range));
    const int d = once ? 0 : 1;
    const size_t alike = whole(need->range) ? 0 : need->items | need->input_items;
    local[0] = need->mapping == WEFT_MAPPING_GPU && !once ? CPU_LANES : 1;
    local[1] = local[2] = 1;
    while (!barriers && local[0] > 1 && !fits(local, limits)) {
        local[0] /= 2;
    }
    if (!fits(local, limits)) {
        return false;
    }
    size_t least_items = local[d];
    grow(local, d, most_items(need, limits), alike, limits);
    if (need->other && local[d] > least_items) {
        local[d] = least_items;
    } else if (need->other) {
        grow(local, d, barriers ? need->slices : MOST_ITEMS, alike, limits);
    }
    return true;
}

size_t work_groups_slices(enum opencl_range range, size_t items,
                          const struct work_group_limits *limits) {
    const size_t group[3] = {CPU_LANES, 1, 1};
    const size_t wanted = whole(range) ? SHARD_ITEMS : MOST_WIDTH / CPU_LANES;
    const size_t possible = least(limits->items / CPU_LANES, limits->sizes[1]);
    const size_t most = least(least(wanted, items), possible);
    size_t slices = 1;
    if (!fits(group, limits)) {
        return 0;
    }
    while (2 * slices <= most &&
           2 * slices * limits->local_needed <= limits->local_memory / SHARERS) {
        slices *= 2;
    }
    return slices;
}

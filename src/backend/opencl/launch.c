/* launch.c: one launch: a kernel of the program, its arguments, the size of its work-groups. */
#include "backend/opencl/launch.h"
#include "backend/log.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "base/try.h"

#include <string.h>

enum weft_status opencl_launch_argument(const struct opencl_backend *cl,
                                        struct opencl_launch *launch, int index,
                                        struct opencl_value to, struct weft_error *error) {
    if (index < OPENCL_MAX_ARGUMENTS && to.size <= sizeof launch->set[0].bytes) {
        launch->set[index].is_buffer = to.is_buffer;
        launch->set[index].size = to.size;
        memcpy(launch->set[index].bytes, to.value, to.size);
        launch->set_count =
            (size_t)index >= launch->set_count ? (size_t)index + 1 : launch->set_count;
    }
    if (opencl_queue_check(cl, clSetKernelArg(launch->object, (cl_uint)index, to.size, to.value),
                           "clSetKernelArg", error) != WEFT_OK) {
        return error_context(error, "kernel %s, argument %d", launch->name, index);
    }
    return WEFT_OK;
}

/* Chooses the size of the work-groups. */
static enum weft_status choose_group(struct opencl_backend *cl, struct opencl_launch *launch,
                                     struct weft_error *error) {
    const struct work_group_need need = {
        .mapping = cl->mapping,
        .range = launch->range,
        .items = launch->items - launch->dinput_items,
        .input_items = launch->dinput_items,
        .shards = lanes_shards(cl->base.batch),
        .slices = launch->slices,
        .other = debug_other_groups(cl),
    };
    struct work_group_limits limits = cl->limits;
    TRY(work_groups_kernel(cl->device, launch->object, &limits, error));
    if (!work_groups_choose(&need, &limits, launch->local)) {
        cl->groups_too_small = true;
        return work_groups_fail(launch->name, &limits, error);
    }
    log_write(&cl->base.log, "opencl: kernel %s: work-groups of %zu x %zu, at most %zu",
              launch->name, launch->local[0], launch->local[1], limits.items);
    return WEFT_OK;
}

enum weft_status opencl_launch_create(struct opencl_backend *cl, struct opencl_launch *launch,
                                      const char *name, struct weft_error *error) {
    cl_int code;
    launch->object = clCreateKernel(cl->program.object, name, &code);
    if (code != CL_SUCCESS) {
        opencl_queue_check(cl, code, "clCreateKernel", error);
        return error_context(error, "kernel %s", name);
    }
    return choose_group(cl, launch, error);
}

void opencl_launch_finish(const struct opencl_backend *cl, struct opencl_launch *launch) {
    OPENCL_RELEASE(cl->device, Kernel, launch->object);
}

enum weft_status opencl_launch_enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                       size_t count, struct weft_error *error) {
    size_t items = launch->items - (launch->to_input ? 0 : launch->input_items);
    size_t lanes = cl->mapping == WEFT_MAPPING_GPU ? CPU_LANES : 1;
    const size_t ranges[][3] = {
        [RANGE_SHARDS] = {lanes, items, lanes_shards(count)},
        [RANGE_SUMS] = {lanes, items, lanes_shards(count)},
        [RANGE_SHARD_GROUP] = {lanes, launch->local[1], lanes_shards(count)},
        [RANGE_BATCH] = {lanes, items, 1},
        [RANGE_ITEMS] = {lanes, items, 1},
        [RANGE_CHANNEL_GROUP] = {lanes, items * launch->local[1], 1},
        [RANGE_ONCE] = {items, 1, 1},
    };
    const size_t *range = ranges[launch->range];
    enum weft_status status;
    debug_before(cl, launch, range);
    status = opencl_pace_enqueue(cl, launch, count, range, error);
    if (status != WEFT_OK) {
        return status == WEFT_INTERRUPTED ? status
                                          : error_context(error, "kernel %s", launch->name);
    }
    return debug_after(cl, launch, error);
}

enum weft_status opencl_launch_values(struct opencl_backend *cl, struct opencl_launch *launch,
                                      size_t count, const struct opencl_value *values,
                                      size_t value_count, struct weft_error *error) {
    for (size_t i = 0; i < value_count; i++) {
        TRY(opencl_launch_argument(cl, launch, (int)i, values[i], error));
    }
    return opencl_launch_enqueue(cl, launch, count, error);
}

/* launch.c: a launch: its kernel, its arguments and the size of its work-groups. */
#include "backend/opencl/launch.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <string.h>

static enum weft_status set_argument(struct opencl_launch *launch, int index, size_t size,
                                     const void *value, struct weft_error *error) {
    if (index < OPENCL_MAX_ARGUMENTS && size <= sizeof launch->set[0].bytes) {
        launch->set[index].size = size;
        memcpy(launch->set[index].bytes, value, size);
        launch->set_count =
            (size_t)index >= launch->set_count ? (size_t)index + 1 : launch->set_count;
    }
    if (opencl_check(clSetKernelArg(launch->object, (cl_uint)index, size, value), "clSetKernelArg",
                     error) != WEFT_OK) {
        return weft_error_context(error, "kernel %s, argument %d", launch->name, index);
    }
    return WEFT_OK;
}

/* Chooses groups of one work-item for work-items of 16 lanes, and of 16 lanes and up to 8 items
 * for work-items of one lane. ${other}: other groups where that changes no bit. */
static void choose_group(struct opencl_launch *launch, enum weft_mapping mapping, bool other) {
    bool gpu = mapping == WEFT_MAPPING_GPU;
    launch->local[0] = gpu && launch->range != RANGE_ONCE ? CPU_LANES : 1;
    launch->local[1] = 1;
    launch->local[2] = 1;
    if ((launch->range == RANGE_ONCE || (gpu && launch->range == RANGE_SHARDS)) != other &&
        !(gpu && launch->range == RANGE_SUMS) && launch->range != RANGE_BATCH) {
        while (launch->local[1] < 8 &&
               (launch->items | launch->input_items) % (2 * launch->local[1]) == 0) {
            launch->local[1] *= 2;
        }
    }
}

enum weft_status opencl_launch_create(struct opencl_backend *cl, struct opencl_launch *launch,
                                      const char *name, struct weft_error *error) {
    cl_int code;
    launch->object = clCreateKernel(cl->program, name, &code);
    if (code != CL_SUCCESS) {
        opencl_check(code, "clCreateKernel", error);
        return weft_error_context(error, "kernel %s", name);
    }
    choose_group(launch, cl->mapping, debug_other_groups(cl));
    return WEFT_OK;
}

void opencl_launch_finish(struct opencl_launch *launch) {
    if (launch->object != NULL) {
        clReleaseKernel(launch->object);
    }
}

/* Returns the buffer that ${argument} of group ${i} is. */
static cl_mem *buffer_of(struct opencl_backend *cl, size_t i, enum opencl_argument argument) {
    const struct opencl_group *group = &cl->groups.list[i];
    switch (argument) {
    case ARG_INPUT:
        return &cl->values[group->first];
    case ARG_OUTPUT:
        return &cl->values[group->end];
    case ARG_DOUTPUT:
        return &cl->dvalues[group->end];
    case ARG_DINPUT:
        return &cl->dvalues[group->first];
    case ARG_PARAMETERS:
        return &cl->arrays[WEFT_ARRAY_PARAMETERS];
    case ARG_BUFFERS:
        return &cl->arrays[WEFT_ARRAY_BUFFERS];
    case ARG_PARTIALS:
        return &cl->partials;
    case ARG_SCRATCH:
        return &cl->scratch[i];
    case ARG_LABELS:
        return &cl->labels[WEFT_SPLIT_TRAIN];
    case ARG_ORDER:
        return &cl->order;
    default:
        return &cl->shard_results;
    }
}

/* Returns the number that ${argument} is. */
static cl_int number_of(enum opencl_argument argument, const struct opencl_pass_values *values) {
    switch (argument) {
    case ARG_COUNT:
        return (cl_int)values->count;
    case ARG_UPDATE:
        return values->update;
    case ARG_RESULT_INDEX:
        return (cl_int)values->result_index;
    default:
        return (cl_int)values->first;
    }
}

enum weft_status opencl_arguments_set(struct opencl_backend *cl, struct opencl_launch *launch,
                                      bool late, const struct opencl_pass_values *values,
                                      struct weft_error *error) {
    int index = 0;
    for (size_t c = 0; c < launch->kernel->count; c++) {
        const struct opencl_call *call = &launch->kernel->calls[c];
        const enum opencl_argument *arguments = call->function->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++, index++) {
            if ((arguments[a] >= OPENCL_ARG_LATE) != late) {
                continue;
            }
            if (arguments[a] >= OPENCL_ARG_NUMBER) {
                cl_int number = number_of(arguments[a], values);
                TRY(set_argument(launch, index, sizeof number, &number, error));
            } else {
                cl_mem *buffer = buffer_of(cl, call->group, arguments[a]);
                TRY(set_argument(launch, index, sizeof *buffer, buffer, error));
            }
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_launch_enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                       size_t count, struct weft_error *error) {
    size_t items = launch->items - (launch->to_input ? 0 : launch->input_items);
    bool once = launch->range == RANGE_ONCE;
    size_t lanes = cl->mapping == WEFT_MAPPING_GPU ? CPU_LANES : 1;
    size_t range[3] = {once ? 1 : lanes, items,
                       launch->range >= RANGE_BATCH ? 1 : lanes_shards(count)};
    cl_event *event = opencl_profile_event(cl);
    cl_int code;
    debug_before(cl, launch, range);
    code = clEnqueueNDRangeKernel(cl->queue, launch->object, 3, NULL, range, launch->local, 0, NULL,
                                  event);
    if (code != CL_SUCCESS) {
        opencl_check(code, "clEnqueueNDRangeKernel", error);
        return weft_error_context(error, "kernel %s", launch->name);
    }
    if (event != NULL) {
        TRY(opencl_profile_add(cl, launch, count, error));
    }
    return debug_after(cl, launch, error);
}

enum weft_status opencl_launch_values(struct opencl_backend *cl, struct opencl_launch *launch,
                                      size_t count, const struct opencl_value *values,
                                      size_t value_count, struct weft_error *error) {
    for (size_t i = 0; i < value_count; i++) {
        TRY(set_argument(launch, (int)i, values[i].size, values[i].value, error));
    }
    return opencl_launch_enqueue(cl, launch, count, error);
}

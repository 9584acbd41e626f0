/* plan.c: the tables of kernels become launches, which passes then enqueue in order. */
#include "backend/opencl/plan.h"
#include "backend/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum weft_status opencl_argument_set(struct opencl_launch *launch, int index, size_t size,
                                     const void *value, struct weft_error *error) {
    if (index < 16 && size <= sizeof launch->set[0].bytes) {
        launch->set[index].size = size;
        memcpy(launch->set[index].bytes, value, size);
        launch->set_count =
            (size_t)index >= launch->set_count ? (size_t)index + 1 : launch->set_count;
    }
    enum weft_status status = opencl_check(
        clSetKernelArg(launch->kernel, (cl_uint)index, size, value), "clSetKernelArg", error);
    return status == WEFT_OK
               ? WEFT_OK
               : weft_error_context(error, "kernel %s, argument %d", launch->name, index);
}

/* The largest power of two up to ${most} that divides ${n}. */
static size_t power_of_two(size_t n, size_t most) {
    size_t power = 1;
    while (power * 2 <= most && n % (power * 2) == 0) {
        power *= 2;
    }
    return power;
}

/* Fat work-items are groups of their own; thin ones come in groups of 16 lanes and some neighbours. */
static void choose_group(struct opencl_launch *launch, enum weft_mapping mapping, bool other) {
    bool gpu = mapping == WEFT_MAPPING_GPU;
    launch->local[0] = gpu && launch->range != RANGE_ONCE ? WEFT_LANES : 1;
    launch->local[1] = 1;
    launch->local[2] = 1;
    if ((launch->range == RANGE_ONCE || (gpu && launch->range == RANGE_SHARDS)) != other &&
        !(gpu && launch->range == RANGE_SUMS) && launch->range != RANGE_BATCH) {
        launch->local[1] = power_of_two(launch->items | launch->input_items, 8);
    }
}

enum weft_status opencl_launch_create(struct opencl_backend *cl, struct opencl_launch *launch,
                                      const char *name, struct weft_error *error) {
    cl_int code;
    launch->kernel = clCreateKernel(cl->program, name, &code);
    if (code != CL_SUCCESS) {
        opencl_check(code, "clCreateKernel", error);
        return weft_error_context(error, "kernel %s", name);
    }
    choose_group(launch, cl->mapping, cl->trial != NULL && cl->trial->other_groups);
    return WEFT_OK;
}

void opencl_launch_finish(struct opencl_launch *launch) {
    if (launch->kernel != NULL) {
        clReleaseKernel(launch->kernel);
    }
}

/* The buffer that an argument of group ${i} stands for; NULL for numbers. */
static cl_mem *buffer_of(struct opencl_backend *cl, size_t i, enum opencl_argument argument) {
    const struct opencl_group *group = &cl->groups.groups[i];
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
        return &cl->arrays[WEFT_PARAMETERS];
    case ARG_BUFFERS:
        return &cl->arrays[WEFT_BUFFERS];
    case ARG_PARTIALS:
        return &cl->partials;
    case ARG_SCRATCH:
        return &cl->scratch[i];
    default:
        return NULL;
    }
}

static size_t count_items(size_t (*items)(const struct weft_layer *, enum weft_mapping),
                          const struct weft_layer *layer, enum weft_mapping mapping) {
    return items != NULL ? items(layer, mapping) : 0;
}

static enum weft_status add_launch(struct opencl_backend *cl, size_t i,
                                   const struct opencl_kernel *kernel, struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.groups[i];
    const struct weft_layer *layer = &cl->base.network->layers[group->main];
    size_t more = count_items(kernel->input_items, layer, cl->mapping);
    struct opencl_launch *launch = &cl->launches[cl->launch_count];
    char name[64];
    *launch = (struct opencl_launch){
        .name = kernel->name,
        .row = kernel,
        .group = i,
        .passes = kernel->passes,
        .range = kernel->range,
        .host = kernel->host,
        .count_argument = -1,
        .update_argument = -1,
    };
    launch->items = count_items(kernel->items, layer, cl->mapping) + more;
    launch->input_items = group->first == 0 ? more : 0;
    snprintf(name, sizeof name, "%s_%zu", kernel->name, group->main + 1);
    if (launch->host == NULL && opencl_launch_create(cl, launch, name, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    cl->launch_count++;
    for (int a = 0; kernel->arguments[a] != ARG_END; a++) {
        enum opencl_argument argument = kernel->arguments[a];
        cl_mem *buffer = buffer_of(cl, i, argument);
        if (argument == ARG_COUNT) {
            launch->count_argument = a;
        } else if (argument == ARG_UPDATE) {
            launch->update_argument = a;
        } else if (launch->host == NULL &&
                   opencl_argument_set(launch, a, sizeof *buffer, buffer, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

/* The kernels of no layer. Their buffers are set here as far as they never change. */
static enum weft_status make_common(struct opencl_backend *cl, struct weft_error *error) {
    size_t vectors = opencl_padded(cl->base.network->parameter_count) / WEFT_LANES;
    size_t size = weft_shape_size(cl->base.network->input), last = cl->base.network->layer_count;
    size_t blocks = vectors / opencl_values_per_item(vectors, cl->mapping);
    const struct {
        const char *name;
        enum opencl_range range;
        size_t items;
        cl_mem *buffers[6]; /* ends with NULL; cl->table stands where a later one is set */
        bool training;
    } table[COMMON_COUNT] = {
        [COMMON_GATHER] = {"gather",
                           RANGE_SHARDS,
                           size / opencl_values_per_item(size, cl->mapping),
                           {&cl->table, &cl->table, &cl->table, &cl->values[0]}},
        [COMMON_LOSS_TRAIN] = {"cross_entropy_train",
                               RANGE_SUMS,
                               1,
                               {&cl->values[last], &cl->table, &cl->table, &cl->dvalues[last]},
                               true},
        [COMMON_LOSS_EVALUATE] = {"cross_entropy_evaluate",
                                  RANGE_SUMS,
                                  1,
                                  {&cl->values[last], &cl->table, &cl->table, &cl->losses,
                                   &cl->predictions}},
        [COMMON_LOSS_JOIN] = {"cross_entropy_join", RANGE_ONCE, 1, {NULL}, true},
        [COMMON_ADAM_JOIN] =
            {"adam_join", RANGE_SHARDS, blocks, {&cl->partials, &cl->arrays[WEFT_GRADIENTS]}, true},
        [COMMON_ADAM_STEP] = {"adam_step",
                              RANGE_SHARDS,
                              blocks,
                              {&cl->partials, &cl->arrays[WEFT_GRADIENTS],
                               &cl->arrays[WEFT_PARAMETERS], &cl->arrays[WEFT_MOMENTS],
                               &cl->arrays[WEFT_SECOND_MOMENTS]},
                              true},
    };
    for (int i = 0; i < COMMON_COUNT; i++) {
        struct opencl_launch *launch = &cl->common[i];
        if (table[i].training && cl->base.forward_only) {
            continue;
        }
        *launch = (struct opencl_launch){.name = table[i].name,
                                         .group = SIZE_MAX,
                                         .range = table[i].range,
                                         .items = table[i].items,
                                         .count_argument = -1,
                                         .update_argument = -1};
        if (opencl_launch_create(cl, launch, table[i].name, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
        for (int a = 0; a < 6 && table[i].buffers[a] != NULL; a++) {
            if (opencl_argument_set(launch, a, sizeof(cl_mem), table[i].buffers[a], error) !=
                WEFT_OK) {
                return WEFT_BAD_DEVICE;
            }
        }
    }
    return WEFT_OK;
}

/* The launches of group ${i}. */
static enum weft_status add_group(struct opencl_backend *cl, size_t i, struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.groups[i];
    for (size_t k = 0; k < group->row->kernel_count; k++) {
        const struct opencl_kernel *kernel = &group->row->kernels[k];
        bool forward = (kernel->passes & PASS_FORWARD) != 0;
        if ((forward || !cl->base.forward_only) && add_launch(cl, i, kernel, error) != WEFT_OK) {
            return weft_error_context(error, "layer %s",
                                      cl->base.network->layers[group->main].name);
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error) {
    size_t count = 0;
    for (size_t i = 0; i < cl->groups.count; i++) {
        count += cl->groups.groups[i].row->kernel_count;
    }
    cl->launches = calloc(count + 1, sizeof *cl->launches);
    if (cl->launches == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (add_group(cl, i, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return make_common(cl, error);
}

void opencl_plan_finish(struct opencl_backend *cl) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        opencl_launch_finish(&cl->launches[i]);
    }
    free(cl->launches);
    for (int i = 0; i < COMMON_COUNT; i++) {
        opencl_launch_finish(&cl->common[i]);
    }
}

enum weft_status opencl_launch_run(struct opencl_backend *cl, struct opencl_launch *launch,
                                   size_t count, struct weft_error *error) {
    size_t items = launch->items - (launch->to_input ? 0 : launch->input_items);
    bool once = launch->range == RANGE_ONCE;
    size_t lanes = cl->mapping == WEFT_MAPPING_GPU ? WEFT_LANES : 1;
    size_t range[3] = {once ? 1 : lanes, items,
                       launch->range >= RANGE_BATCH ? 1 : weft_shards(count)};
    cl_event *event = opencl_profile_event(cl);
    cl_int code;
    if (cl->trial != NULL && cl->trial->record != NULL) {
        opencl_record_before(cl, launch, range);
    }
    code = clEnqueueNDRangeKernel(cl->queue, launch->kernel, 3, NULL, range, launch->local, 0, NULL,
                                  event);
    if (code != CL_SUCCESS) {
        opencl_check(code, "clEnqueueNDRangeKernel", error);
        return weft_error_context(error, "kernel %s", launch->name);
    }
    if (event != NULL && opencl_profile_add(cl, launch, count, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return cl->trial != NULL ? opencl_trial_after(cl, launch, error) : WEFT_OK;
}

static enum weft_status run_layer(struct opencl_backend *cl, struct opencl_launch *launch,
                                  size_t count, bool update, struct weft_error *error) {
    cl_int images = (cl_int)count, updates = update;
    if ((launch->count_argument >= 0 &&
         opencl_argument_set(launch, launch->count_argument, sizeof images, &images, error) !=
             WEFT_OK) ||
        (launch->update_argument >= 0 &&
         opencl_argument_set(launch, launch->update_argument, sizeof updates, &updates, error) !=
             WEFT_OK) ||
        (launch->host != NULL ? opencl_profile_host(cl, launch, count, error)
                              : opencl_launch_run(cl, launch, count, error)) != WEFT_OK) {
        return weft_error_context(
            error, "layer %s",
            cl->base.network->layers[cl->groups.groups[launch->group].main].name);
    }
    return WEFT_OK;
}

enum weft_status opencl_forward(struct opencl_backend *cl, size_t count,
                                enum weft_statistics statistics, bool update,
                                struct weft_error *error) {
    unsigned pass = statistics == WEFT_BATCH ? PASS_FORWARD_BATCH : PASS_FORWARD_RUNNING;
    for (size_t i = 0; i < cl->launch_count; i++) {
        if ((cl->launches[i].passes & pass) != 0 &&
            run_layer(cl, &cl->launches[i], count, update, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_backward(struct opencl_backend *cl, size_t count,
                                 enum weft_statistics statistics, bool to_input,
                                 struct weft_error *error) {
    unsigned pass = statistics == WEFT_BATCH ? PASS_BACKWARD_BATCH : PASS_BACKWARD_RUNNING;
    size_t end = cl->launch_count;
    while (end > 0) {
        size_t begin = end; /* launches begin .. end - 1 are one group's */
        while (begin > 0 && cl->launches[begin - 1].group == cl->launches[end - 1].group) {
            begin--;
        }
        for (size_t i = begin; i < end; i++) {
            struct opencl_launch *launch = &cl->launches[i];
            launch->to_input = to_input;
            if ((launch->passes & pass) != 0 && (to_input || launch->items > launch->input_items) &&
                run_layer(cl, launch, count, false, error) != WEFT_OK) {
                return WEFT_BAD_DEVICE;
            }
        }
        end = begin;
    }
    return WEFT_OK;
}

/* plan.c: the tables of kernels become launches, which passes then enqueue in order. */
#include "backend/opencl/plan.h"
#include "backend/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum weft_status opencl_argument_set(struct opencl_launch *launch, int index, size_t size,
                                     const void *value, struct weft_error *error) {
    if (index < OPENCL_ARGUMENTS && size <= sizeof launch->set[0].bytes) {
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
    case ARG_LABELS:
        return &cl->labels[WEFT_TRAIN];
    case ARG_ORDER:
        return &cl->order;
    case ARG_RESULTS:
        return &cl->shard_results;
    default:
        return NULL;
    }
}

/* Whether an argument has another value from pass to pass: numbers, and buffers that are made anew when they must grow. */
static bool is_set_late(enum opencl_argument argument) {
    return argument >= ARG_COUNT;
}

/* The value of a number among the arguments. */
static cl_int number_of(enum opencl_argument argument, const struct opencl_pass_values *values) {
    switch (argument) {
    case ARG_COUNT:
        return (cl_int)values->count;
    case ARG_UPDATE:
        return values->update;
    case ARG_PLACE:
        return (cl_int)values->place;
    default:
        return (cl_int)values->first;
    }
}

/* Sets those arguments of ${launch} that change (${late}), or those that do not. */
static enum weft_status set_arguments(struct opencl_backend *cl, struct opencl_launch *launch,
                                      bool late, const struct opencl_pass_values *values,
                                      struct weft_error *error) {
    int index = 0;
    for (size_t p = 0; p < launch->run->count; p++) {
        const struct opencl_piece *piece = &launch->run->pieces[p];
        for (size_t a = 0; piece->kernel->arguments[a] != ARG_END; a++, index++) {
            enum opencl_argument argument = piece->kernel->arguments[a];
            cl_mem *buffer = buffer_of(cl, piece->group, argument);
            if (is_set_late(argument) != late) {
                continue;
            }
            cl_int number = buffer == NULL ? number_of(argument, values) : 0;
            if (opencl_argument_set(launch, index, buffer != NULL ? sizeof *buffer : sizeof number,
                                    buffer != NULL ? (void *)buffer : (void *)&number,
                                    error) != WEFT_OK) {
                return WEFT_BAD_DEVICE;
            }
        }
    }
    return WEFT_OK;
}

/* The names of a run's kernels, each once. */
static void name_launch(struct opencl_launch *launch) {
    size_t length = 0;
    for (size_t p = 0; p < launch->run->count; p++) {
        const char *name = launch->run->pieces[p].kernel->name;
        if (strstr(launch->name, name) == NULL && length < sizeof launch->name) {
            length += (size_t)snprintf(launch->name + length, sizeof launch->name - length, "%s%s",
                                       length > 0 ? "+" : "", name);
        }
    }
}

/* The launch of ${run}. */
static enum weft_status add_launch(struct opencl_backend *cl, const struct opencl_run *run,
                                   struct weft_error *error) {
    const struct opencl_piece *piece = &run->pieces[0];
    struct opencl_launch *launch = &cl->launches[cl->launch_count];
    char name[64];
    *launch = (struct opencl_launch){
        .run = run,
        .passes = run->passes,
        .host = piece->kernel->host,
        .range = run->loop == LOOP_APART      ? piece->kernel->range
                 : run->loop == LOOP_CHANNELS ? RANGE_BATCH
                                              : RANGE_SHARDS,
        .items = run->loop == LOOP_APART      ? piece->items
                 : run->loop == LOOP_CHANNELS ? run->parts
                                              : 1,
        .input_items = run->loop == LOOP_APART ? piece->input_items : 0,
    };
    name_launch(launch);
    opencl_run_name(&cl->groups, run, name);
    if (launch->host == NULL && opencl_launch_create(cl, launch, name, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    cl->launch_count++;
    return launch->host == NULL ? set_arguments(cl, launch, false, NULL, error) : WEFT_OK;
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
        *launch = (struct opencl_launch){
            .range = table[i].range,
            .items = table[i].items,
        };
        snprintf(launch->name, sizeof launch->name, "%s", table[i].name);
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

enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error) {
    cl->launches = calloc(cl->runs.count + 1, sizeof *cl->launches);
    if (cl->launches == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < cl->runs.count; i++) {
        if (add_launch(cl, &cl->runs.runs[i], error) != WEFT_OK) {
            const struct opencl_piece *piece = &cl->runs.runs[i].pieces[0];
            size_t layer = cl->groups.groups[piece->group].main;
            return weft_error_context(error, "layer %s", cl->base.network->layers[layer].name);
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

static enum weft_status run_layers(struct opencl_backend *cl, struct opencl_launch *launch,
                                   const struct opencl_pass_values *values,
                                   struct weft_error *error) {
    size_t group = launch->run->pieces[0].group;
    launch->to_input = values->to_input;
    if (launch->items == launch->input_items && !launch->to_input) {
        return WEFT_OK;
    }
    if ((launch->host == NULL && set_arguments(cl, launch, true, values, error) != WEFT_OK) ||
        (launch->host != NULL ? opencl_profile_host(cl, launch, values->count, error)
                              : opencl_launch_run(cl, launch, values->count, error)) != WEFT_OK) {
        size_t layer = cl->groups.groups[group].main;
        return weft_error_context(error, "layer %s", cl->base.network->layers[layer].name);
    }
    return WEFT_OK;
}

/* Enqueues the launches of ${group} that belong to ${pass}. */
static enum weft_status run_group(struct opencl_backend *cl, size_t group, unsigned pass,
                                  const struct opencl_pass_values *values,
                                  struct weft_error *error) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        struct opencl_launch *launch = &cl->launches[i];
        if ((launch->passes & pass) != 0 && launch->run->pieces[0].group == group &&
            run_layers(cl, launch, values, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_forward(struct opencl_backend *cl, size_t groups,
                                const struct opencl_pass_values *values, struct weft_error *error) {
    unsigned pass = values->statistics == WEFT_BATCH ? PASS_FORWARD_BATCH : PASS_FORWARD_RUNNING;
    for (size_t group = 0; group < groups; group++) {
        if (run_group(cl, group, pass, values, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_backward(struct opencl_backend *cl, size_t groups,
                                 const struct opencl_pass_values *values,
                                 struct weft_error *error) {
    unsigned pass = values->statistics == WEFT_BATCH ? PASS_BACKWARD_BATCH : PASS_BACKWARD_RUNNING;
    for (size_t group = groups; group-- > 0;) {
        if (run_group(cl, group, pass, values, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error) {
    return run_group(cl, cl->runs.step_group, PASS_STEP, values, error);
}

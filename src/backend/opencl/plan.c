/* plan.c: kernels become launches, with their arguments, which passes enqueue in order. */
#include "backend/opencl/plan.h"
#include "backend/opencl/emit.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/profile.h"
#include "base/try.h"
#include "step_numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arguments ---- */

cl_mem *opencl_buffer_of(struct opencl_backend *cl, const struct opencl_call *call,
                         enum opencl_argument argument) {
    const size_t tensor = opencl_tensor_of(&cl->groups, call, argument);
    if (tensor != OPENCL_NO_TENSOR) {
        return &cl->values[tensor];
    }
    switch (argument) {
    case ARG_PARAMETERS:
        return &cl->arrays[ARRAY_PARAMETERS];
    case ARG_BUFFERS:
        return &cl->arrays[ARRAY_BUFFERS];
    case ARG_PARTIALS:
        return &cl->partials;
    case ARG_SCRATCH:
        return &cl->scratch[call->group];
    case ARG_GRADIENTS:
        return &cl->arrays[ARRAY_GRADIENTS];
    case ARG_MOMENTS:
        return &cl->arrays[ARRAY_MOMENTS];
    case ARG_SECOND_MOMENTS:
        return &cl->arrays[ARRAY_SECOND_MOMENTS];
    case ARG_TABLE:
        return &cl->table;
    case ARG_TARGETS:
        return &cl->targets;
    case ARG_PIXELS:
        return &cl->base.sets[cl->trained_set].device_pixels;
    case ARG_NUMBERS:
        return &cl->numbers;
    case ARG_LABELS:
        return &cl->base.sets[cl->trained_set].device_labels;
    case ARG_ORDER:
        return &cl->order;
    case ARG_CHANGES:
        return &cl->changes;
    case ARG_LOSSES:
        return &cl->losses;
    case ARG_PREDICTIONS:
        return &cl->predictions;
    default:
        return &cl->shard_results;
    }
}

/* Returns the number that ${argument} is. */
static cl_int number_of(const struct opencl_backend *cl, enum opencl_argument argument,
                        const struct opencl_pass_values *values) {
    switch (argument) {
    case ARG_COUNT:
        return (cl_int)values->count;
    case ARG_UPDATE:
        return (cl_int)(values->statistics == WEFT_STATISTICS_BATCH ? values->update
                                                                    : STATISTICS_KEEP);
    case ARG_BATCH:
        return values->statistics == WEFT_STATISTICS_BATCH;
    case ARG_RESULT_INDEX:
        return (cl_int)values->result_index;
    case ARG_KEY_LOW:
        return (cl_int)cl->base.key[0];
    case ARG_KEY_HIGH:
        return (cl_int)cl->base.key[1];
    case ARG_TRAINS:
        return cl->base.trains;
    default:
        return (cl_int)values->first;
    }
}

/* Sets the arguments of the kernel of ${launch} that may change from pass to pass (${late}), or
 * the others (${values} may be NULL). */
static enum weft_status set_arguments(struct opencl_backend *cl, struct opencl_launch *launch,
                                      bool late, const struct opencl_pass_values *values,
                                      struct weft_error *error) {
    int index = 0;
    for (size_t c = 0; c < launch->kernel->count; c++) {
        const struct opencl_call *call = &launch->kernel->calls[c];
        const enum opencl_argument *arguments = call->function->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++) {
            if (arguments[a] >= OPENCL_ARG_CONSTANT) {
                continue;
            }
            const int at = index++;
            if (opencl_argument_begins(call->function, arguments[a])) {
                cl_int begin = (cl_int)opencl_begin_of(&cl->groups, call, arguments[a]);
                const int after = index++;
                if (!late) {
                    TRY(opencl_launch_argument(cl, launch, after, (struct opencl_value)ARG(begin),
                                               error));
                }
            }
            if ((arguments[a] >= OPENCL_ARG_LATE) != late) {
                continue;
            }
            if (arguments[a] >= OPENCL_ARG_NUMBER) {
                cl_int number = number_of(cl, arguments[a], values);
                TRY(opencl_launch_argument(cl, launch, at, (struct opencl_value)ARG(number),
                                           error));
            } else {
                cl_mem *buffer = opencl_buffer_of(cl, call, arguments[a]);
                TRY(opencl_launch_argument(cl, launch, at, (struct opencl_value)ARG(*buffer),
                                           error));
            }
        }
    }
    return WEFT_OK;
}

/* ---- all launches of a network ---- */

/* Names ${launch} after the functions of its kernel, each once. */
static void name_launch(struct opencl_launch *launch) {
    size_t length = 0;
    for (size_t c = 0; c < launch->kernel->count; c++) {
        const char *name = launch->kernel->calls[c].function->name;
        if (strstr(launch->name, name) == NULL && length < sizeof launch->name) {
            length += (size_t)snprintf(launch->name + length, sizeof launch->name - length, "%s%s",
                                       length > 0 ? "+" : "", name);
        }
    }
}

/* Adds the name of the layer that ${launch} computes to ${error}. */
static enum weft_status add_context(const struct opencl_backend *cl,
                                    const struct opencl_launch *launch, struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[launch->kernel->calls[0].group];
    return error_context(error, "layer %s", cl->base.network->layers[group->main].name);
}

/* Adds the launch of ${kernel}. */
static enum weft_status add_launch(struct opencl_backend *cl, const struct opencl_kernel *kernel,
                                   struct weft_error *error) {
    const struct opencl_call *call = &kernel->calls[0];
    struct opencl_launch *launch = &cl->launches[cl->launch_count++];
    char name[64];
    *launch = (struct opencl_launch){.kernel = kernel,
                                     .range = opencl_kernel_range(&cl->groups, kernel),
                                     .items = 1,
                                     .slices = kernel->slices};
    if (kernel->loop == LOOP_APART) {
        launch->items = call->items;
        launch->dinput_items = call->dinput_items;
        launch->input_items = call->input_items;
    } else if (kernel->loop == LOOP_CHANNELS) {
        launch->items = kernel->parts;
    }
    name_launch(launch);
    if (call->function->host != NULL) {
        return WEFT_OK;
    }
    opencl_kernel_name(&cl->kernels, kernel, name);
    if (opencl_launch_create(cl, launch, name, error) != WEFT_OK ||
        set_arguments(cl, launch, false, NULL, error) != WEFT_OK) {
        return add_context(cl, launch, error);
    }
    return WEFT_OK;
}

/* Makes the launches of no layer. Who enqueues one sets its arguments. */
static enum weft_status make_common(struct opencl_backend *cl, struct weft_error *error) {
    size_t vectors = opencl_padded(cl->base.network->parameter_count) / CPU_LANES;
    size_t size = shape_size(cl->base.network->input);
    size_t values = size / opencl_values_per_item(size, cl->mapping);
    size_t blocks = vectors / opencl_values_per_item(vectors, cl->mapping);
    const struct opencl_launch launches[COMMON_COUNT] = {
        [COMMON_GATHER] = {"gather", .range = RANGE_SHARDS, .items = values},
        [COMMON_LOSS_TRAIN] = {"cross_entropy_train", .range = RANGE_SUMS, .items = 1, .slices = 1},
        [COMMON_LOSS_EVALUATE] = {"cross_entropy_evaluate", .range = RANGE_SHARDS, .items = 1},
        [COMMON_LOSS_JOIN] = {"cross_entropy_join", .range = RANGE_ONCE, .items = 1},
        [COMMON_UPDATE_JOIN] = {"update_join", .range = RANGE_BATCH, .items = blocks},
        [COMMON_UPDATE_SQUARES] = {"update_squares", .range = RANGE_BATCH,
                                   .items = CLIP_BLOCKS(vectors)},
        [COMMON_UPDATE_CLIP] = {"update_clip", .range = RANGE_SUMS, .items = 1, .slices = 1},
        [COMMON_UPDATE_STEP] = {"update_step", .range = RANGE_BATCH, .items = blocks},
    };
    for (int i = 0; i < COMMON_COUNT; i++) {
        if (!cl->base.forward_only || i == COMMON_GATHER || i == COMMON_LOSS_EVALUATE) {
            cl->common[i] = launches[i];
            TRY(opencl_launch_create(cl, &cl->common[i], launches[i].name, error));
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error) {
    cl->launches = calloc(cl->kernels.count + 1, sizeof *cl->launches);
    if (cl->launches == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < cl->kernels.count; i++) {
        TRY(add_launch(cl, &cl->kernels.list[i], error));
    }
    return make_common(cl, error);
}

void opencl_plan_finish(struct opencl_backend *cl) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        opencl_launch_finish(cl, &cl->launches[i]);
    }
    free(cl->launches);
    for (int i = 0; i < COMMON_COUNT; i++) {
        opencl_launch_finish(cl, &cl->common[i]);
    }
}

/* Enqueues a launch of a pass over layers. */
static enum weft_status enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                const struct opencl_pass_values *values, struct weft_error *error) {
    if (launch->kernel->calls[0].function->host != NULL) {
        TRY(opencl_profile_host(cl, launch, values->count, error));
        return opencl_pace_add(cl, launch, values->count, error);
    }
    TRY(set_arguments(cl, launch, true, values, error));
    return opencl_launch_enqueue(cl, launch, values->count, error);
}

/* Enqueues the launches of ${group} that belong to ${pass}, but none that computes only the
 * gradient of the network's input, unless the pass needs it. */
static enum weft_status enqueue_group(struct opencl_backend *cl, size_t group, unsigned pass,
                                      const struct opencl_pass_values *values,
                                      struct weft_error *error) {
    const struct opencl_group *of = &cl->groups.list[group];
    for (size_t i = of->first_kernel; i < of->end_kernel; i++) {
        struct opencl_launch *launch = &cl->launches[i];
        if ((launch->kernel->passes & pass) == 0) {
            continue;
        }
        launch->to_input = values->to_input;
        if (launch->items > launch->input_items || launch->to_input) {
            enum weft_status status = enqueue(cl, launch, values, error);
            if (status != WEFT_OK) {
                return status == WEFT_INTERRUPTED ? status : add_context(cl, launch, error);
            }
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_enqueue_pass(struct opencl_backend *cl, enum opencl_pass pass,
                                     size_t groups, const struct opencl_pass_values *values,
                                     struct weft_error *error) {
    bool batch = values->statistics == WEFT_STATISTICS_BATCH;
    unsigned passes = pass & (batch ? PASS_FORWARD_BATCH | PASS_BACKWARD_BATCH
                                    : PASS_FORWARD_RUNNING | PASS_BACKWARD_RUNNING);
    for (size_t i = 0; i < groups; i++) {
        size_t group = pass == PASS_BACKWARD ? groups - 1 - i : i;
        TRY(enqueue_group(cl, group, passes, values, error));
    }
    return WEFT_OK;
}

enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error) {
    struct opencl_launch *launch = &cl->launches[cl->launch_count - 1];
    enum weft_status status = enqueue(cl, launch, values, error);
    return status == WEFT_OK || status == WEFT_INTERRUPTED ? status
                                                           : add_context(cl, launch, error);
}

/* plan.c: kernels become launches, which passes enqueue in order. */
#include "backend/opencl/plan.h"
#include "backend/log.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return weft_error_context(error, "layer %s", cl->base.network->layers[group->main].name);
}

static enum weft_status create_kernel(struct opencl_backend *cl, struct opencl_launch *launch,
                                      struct weft_error *error) {
    char name[64];
    opencl_kernel_name(&cl->groups, launch->kernel, name);
    TRY(opencl_launch_create(cl, launch, name, error));
    return opencl_arguments_set(cl, launch, false, NULL, error);
}

/* Adds the launch of ${kernel}. */
static enum weft_status add_launch(struct opencl_backend *cl, const struct opencl_kernel *kernel,
                                   struct weft_error *error) {
    const struct opencl_call *call = &kernel->calls[0];
    struct opencl_launch *launch = &cl->launches[cl->launch_count++];
    *launch = (struct opencl_launch){
        .kernel = kernel,
        .range = RANGE_SHARDS,
        .items = 1,
    };
    if (kernel->loop == LOOP_APART) {
        launch->range = call->function->range;
        launch->items = call->items;
        launch->input_items = call->input_items;
    } else if (kernel->loop == LOOP_CHANNELS) {
        launch->range = RANGE_BATCH;
        launch->items = kernel->parts;
    }
    name_launch(launch);
    if (call->function->host == NULL && create_kernel(cl, launch, error) != WEFT_OK) {
        return add_context(cl, launch, error);
    }
    return WEFT_OK;
}

/* Makes the launches of no layer. passes.c sets their arguments. */
static enum weft_status make_common(struct opencl_backend *cl, struct weft_error *error) {
    size_t vectors = opencl_padded(cl->base.network->parameter_count) / CPU_LANES;
    size_t size = weft_shape_size(cl->base.network->input);
    size_t values = size / opencl_values_per_item(size, cl->mapping);
    size_t blocks = vectors / opencl_values_per_item(vectors, cl->mapping);
    const struct opencl_launch launches[COMMON_COUNT] = {
        [COMMON_GATHER] = {.name = "gather", .range = RANGE_SHARDS, .items = values},
        [COMMON_LOSS_TRAIN] = {.name = "cross_entropy_train", .range = RANGE_SUMS, .items = 1},
        [COMMON_LOSS_EVALUATE] = {.name = "cross_entropy_evaluate",
                                  .range = RANGE_SUMS,
                                  .items = 1},
        [COMMON_LOSS_JOIN] = {.name = "cross_entropy_join", .range = RANGE_ONCE, .items = 1},
        [COMMON_ADAM_JOIN] = {.name = "adam_join", .range = RANGE_SHARDS, .items = blocks},
        [COMMON_ADAM_STEP] = {.name = "adam_step", .range = RANGE_SHARDS, .items = blocks},
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
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < cl->kernels.count; i++) {
        TRY(add_launch(cl, &cl->kernels.list[i], error));
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

/* Enqueues a launch of a pass over layers. */
static enum weft_status enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                const struct opencl_pass_values *values, struct weft_error *error) {
    if (launch->kernel->calls[0].function->host != NULL) {
        return opencl_profile_host(cl, launch, values->count, error);
    }
    TRY(opencl_arguments_set(cl, launch, true, values, error));
    return opencl_launch_enqueue(cl, launch, values->count, error);
}

/* Enqueues the launches of ${group} that belong to ${pass}, but none that computes only the
 * gradient of the network's input, unless the pass needs it. */
static enum weft_status enqueue_group(struct opencl_backend *cl, size_t group, unsigned pass,
                                      const struct opencl_pass_values *values,
                                      struct weft_error *error) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        struct opencl_launch *launch = &cl->launches[i];
        if ((launch->kernel->passes & pass) == 0 || launch->kernel->calls[0].group != group) {
            continue;
        }
        launch->to_input = values->to_input;
        if ((launch->items > launch->input_items || launch->to_input) &&
            enqueue(cl, launch, values, error) != WEFT_OK) {
            return add_context(cl, launch, error);
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_forward(struct opencl_backend *cl, size_t groups,
                                const struct opencl_pass_values *values, struct weft_error *error) {
    bool batch = values->statistics == WEFT_STATISTICS_BATCH;
    for (size_t group = 0; group < groups; group++) {
        TRY(enqueue_group(cl, group, batch ? PASS_FORWARD_BATCH : PASS_FORWARD_RUNNING, values,
                          error));
    }
    return WEFT_OK;
}

enum weft_status opencl_backward(struct opencl_backend *cl, size_t groups,
                                 const struct opencl_pass_values *values,
                                 struct weft_error *error) {
    bool batch = values->statistics == WEFT_STATISTICS_BATCH;
    for (size_t group = groups; group-- > 0;) {
        TRY(enqueue_group(cl, group, batch ? PASS_BACKWARD_BATCH : PASS_BACKWARD_RUNNING, values,
                          error));
    }
    return WEFT_OK;
}

enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error) {
    return enqueue_group(cl, cl->kernels.step_group, PASS_STEP, values, error);
}

static bool has_group(const struct opencl_kernel *kernel, size_t group) {
    for (size_t c = 0; c < kernel->count; c++) {
        if (kernel->calls[c].group == group) {
            return true;
        }
    }
    return false;
}

/* "opencl: plan: chain: linear_forward+batch_norm_channel_forward, from fc1 on" */
static void log_chains(const struct opencl_backend *cl) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        const struct opencl_kernel *kernel = cl->launches[i].kernel;
        const struct opencl_group *group = &cl->groups.list[kernel->calls[0].group];
        if (kernel->loop != LOOP_APART) {
            log_write(&cl->base.log, "opencl: plan: chain: %s, from %s on", cl->launches[i].name,
                      cl->base.network->layers[group->main].name);
        }
    }
}

/* "opencl: plan: conv1 + max_pool2d2: fused, conv2d_pool.cl, kernels: 4" */
static void log_group(const struct opencl_backend *cl, size_t index) {
    const struct opencl_group *group = &cl->groups.list[index];
    size_t length = 0, kernels = 0;
    char names[512] = "";
    for (size_t layer = group->first; layer < group->end && length < sizeof names; layer++) {
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   layer > group->first ? " + " : "",
                                   cl->base.network->layers[layer].name);
    }
    for (size_t k = 0; k < cl->launch_count; k++) {
        kernels += has_group(cl->launches[k].kernel, index);
    }
    if (group->layer->file == NULL) {
        log_write(&cl->base.log, "opencl: plan: %s: nothing to compute", names);
    } else {
        log_write(&cl->base.log, "opencl: plan: %s:%s %s, kernels: %zu", names,
                  group->end - group->first > 1 ? " fused," : "", group->layer->file, kernels);
    }
}

void opencl_plan_log(const struct opencl_backend *cl) {
    if (cl->base.log.write == NULL) {
        return;
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        log_group(cl, i);
    }
    log_chains(cl);
}

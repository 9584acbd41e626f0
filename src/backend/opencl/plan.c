/* plan.c: runs become launches, which passes then enqueue in order. */
#include "backend/opencl/plan.h"
#include "backend/opencl/emit_kernel.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opencl.h"
#include "backend/opencl/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of a run's kernels, each once. */
static void name_launch(struct opencl_launch *launch) {
    size_t length = 0;
    for (size_t p = 0; p < launch->kernel->count; p++) {
        const char *name = launch->kernel->calls[p].function->name;
        if (strstr(launch->name, name) == NULL && length < sizeof launch->name) {
            length += (size_t)snprintf(launch->name + length, sizeof launch->name - length, "%s%s",
                                       length > 0 ? "+" : "", name);
        }
    }
}

/* The launch of ${run}. */
static enum weft_status add_launch(struct opencl_backend *cl, const struct opencl_kernel *kernel,
                                   struct weft_error *error) {
    const struct opencl_call *call = &kernel->calls[0];
    struct opencl_launch *launch = &cl->launches[cl->launch_count];
    char name[64];
    *launch = (struct opencl_launch){
        .kernel = kernel,
        .passes = kernel->passes,
        .host = call->function->host,
        .range = kernel->loop == LOOP_APART      ? call->function->range
                 : kernel->loop == LOOP_CHANNELS ? RANGE_BATCH
                                                 : RANGE_SHARDS,
        .items = kernel->loop == LOOP_APART      ? call->items
                 : kernel->loop == LOOP_CHANNELS ? kernel->parts
                                                 : 1,
        .input_items = kernel->loop == LOOP_APART ? call->input_items : 0,
    };
    name_launch(launch);
    opencl_kernel_name(&cl->groups, kernel, name);
    if (launch->host == NULL && opencl_launch_create(cl, launch, name, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    cl->launch_count++;
    return launch->host == NULL ? opencl_arguments_set(cl, launch, false, NULL, error) : WEFT_OK;
}

/* The kernels of no layer. Their buffers are set here as far as they never change. */
static enum weft_status make_common(struct opencl_backend *cl, struct weft_error *error) {
    size_t vectors = opencl_padded(cl->base.network->parameter_count) / CPU_LANES;
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
        [COMMON_ADAM_JOIN] = {"adam_join",
                              RANGE_SHARDS,
                              blocks,
                              {&cl->partials, &cl->arrays[WEFT_ARRAY_GRADIENTS]},
                              true},
        [COMMON_ADAM_STEP] = {"adam_step",
                              RANGE_SHARDS,
                              blocks,
                              {&cl->partials, &cl->arrays[WEFT_ARRAY_GRADIENTS],
                               &cl->arrays[WEFT_ARRAY_PARAMETERS], &cl->arrays[WEFT_ARRAY_MOMENTS],
                               &cl->arrays[WEFT_ARRAY_SECOND_MOMENTS]},
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
    cl->launches = calloc(cl->kernels.count + 1, sizeof *cl->launches);
    if (cl->launches == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < cl->kernels.count; i++) {
        if (add_launch(cl, &cl->kernels.list[i], error) != WEFT_OK) {
            const struct opencl_call *call = &cl->kernels.list[i].calls[0];
            size_t layer = cl->groups.list[call->group].main;
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

static enum weft_status run_layers(struct opencl_backend *cl, struct opencl_launch *launch,
                                   const struct opencl_pass_values *values,
                                   struct weft_error *error) {
    size_t group = launch->kernel->calls[0].group;
    launch->to_input = values->to_input;
    if (launch->items == launch->input_items && !launch->to_input) {
        return WEFT_OK;
    }
    if ((launch->host == NULL &&
         opencl_arguments_set(cl, launch, true, values, error) != WEFT_OK) ||
        (launch->host != NULL
             ? opencl_profile_host(cl, launch, values->count, error)
             : opencl_launch_enqueue(cl, launch, values->count, error)) != WEFT_OK) {
        size_t layer = cl->groups.list[group].main;
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
        if ((launch->passes & pass) != 0 && launch->kernel->calls[0].group == group &&
            run_layers(cl, launch, values, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_forward(struct opencl_backend *cl, size_t groups,
                                const struct opencl_pass_values *values, struct weft_error *error) {
    unsigned pass =
        values->statistics == WEFT_STATISTICS_BATCH ? PASS_FORWARD_BATCH : PASS_FORWARD_RUNNING;
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
    unsigned pass =
        values->statistics == WEFT_STATISTICS_BATCH ? PASS_BACKWARD_BATCH : PASS_BACKWARD_RUNNING;
    for (size_t group = groups; group-- > 0;) {
        if (run_group(cl, group, pass, values, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error) {
    return run_group(cl, cl->kernels.step_group, PASS_STEP, values, error);
}

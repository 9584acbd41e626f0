/* kernels.c: which functions a kernel calls: one, or on a CPU device a chain of functions, so that
 * there are fewer launches. A launch costs about 10 microseconds on such a device, whose threads
 * sleep between launches: as much as half a million fused multiply-adds of a core. These are all
 * chains; none changes a bit.
 *
 *   conv2d or linear, then batch_norm    a work-item computes channels of both for the whole batch
 *   in a training step, the linear       a work-item computes a shard: forward, the loss, backward;
 *   layers at the end                    only if that takes little time */
#include "backend/opencl/kernels.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/layer.h"

#include <stdlib.h>

/* The maximum FLOP of a shard, forward and backward, in a chain. If a chain took a core more
 * than a few tens of microseconds, other cores would wait. */
#define STEP_FLOP 2500000

/* The loss as a call of a chain. Its group is the last one, whose output it reads. */
static const struct opencl_function loss = {
    .name = "cross_entropy_shard",
    .range = RANGE_SUMS,
    .arguments = {ARG_OUTPUT, ARG_LABELS, ARG_ORDER, ARG_DOUTPUT, ARG_RESULTS, ARG_RESULT_INDEX,
                  ARG_FIRST, ARG_COUNT},
};

static size_t count_items(size_t (*items)(const struct weft_layer *, enum weft_mapping),
                          const struct weft_layer *layer, enum weft_mapping mapping) {
    return items != NULL ? items(layer, mapping) : 0;
}

/* What kernels are built from. */
struct builder {
    const struct weft_network *network;
    const struct opencl_groups *groups;
    enum weft_mapping mapping;
    unsigned units;
    struct opencl_kernels *kernels;
};

static const struct weft_layer *main_layer(const struct builder *builder, size_t group) {
    return &builder->network->layers[builder->groups->list[group].main];
}

static struct opencl_call call_of(const struct builder *builder, size_t group,
                                  const struct opencl_function *function) {
    const struct weft_layer *layer = main_layer(builder, group);
    size_t more = count_items(function->input_items, layer, builder->mapping);
    return (struct opencl_call){
        .function = function,
        .group = group,
        .items = count_items(function->items, layer, builder->mapping) + more,
        .input_items = builder->groups->list[group].first == 0 ? more : 0,
    };
}

/* Adds a kernel that calls ${function}. */
static void add_apart(struct builder *builder, size_t group, const struct opencl_function *function,
                      unsigned passes) {
    builder->kernels->list[builder->kernels->count++] = (struct opencl_kernel){
        .loop = LOOP_APART,
        .passes = passes,
        .count = 1,
        .calls = {call_of(builder, group, function)},
    };
}

/* Returns the first function of ${group} in ${pass}, or NULL. */
static const struct opencl_function *find_function(const struct builder *builder, size_t group,
                                                   unsigned pass) {
    const struct opencl_layer *layer = builder->groups->list[group].layer;
    for (size_t f = 0; f < layer->function_count; f++) {
        if ((layer->functions[f].passes & pass) != 0) {
            return &layer->functions[f];
        }
    }
    return NULL;
}

/* Returns the work-items of a chain of ${group} and a batch_norm by channels after it. 0: there
 * is no such chain, or it has too few work-items for the compute units. */
static size_t count_parts(const struct builder *builder, size_t group) {
    const struct opencl_groups *groups = builder->groups;
    const struct opencl_function *first = find_function(builder, group, PASS_FORWARD_BATCH);
    size_t parts, channels;
    if (group + 1 >= groups->count ||
        groups->list[group + 1].layer != &opencl_batch_norm_channels || first == NULL ||
        first->parts == NULL) {
        return 0;
    }
    parts = first->parts(main_layer(builder, group), builder->mapping);
    channels = main_layer(builder, group + 1)->output.channels;
    return channels % parts == 0 && (parts % builder->units == 0 || parts >= 4 * builder->units)
               ? parts
               : 0;
}

/* Adds the chain of ${group} and the batch_norm after it. */
static void add_channels(struct builder *builder, size_t group, size_t parts) {
    builder->kernels->list[builder->kernels->count++] = (struct opencl_kernel){
        .loop = LOOP_CHANNELS,
        .passes = PASS_FORWARD_BATCH,
        .parts = parts,
        .count = 2,
        .calls = {call_of(builder, group, find_function(builder, group, PASS_FORWARD_BATCH)),
                  call_of(builder, group + 1,
                          find_function(builder, group + 1, PASS_FORWARD_BATCH))},
    };
}

/* Returns the first group of those at the end that a step can compute shard by shard; the count
 * of groups if there is none. */
static size_t find_step(const struct builder *builder) {
    const struct opencl_groups *groups = builder->groups;
    size_t first = groups->count;
    uint64_t flop = 0;
    while (first > 0 && groups->list[first - 1].layer == &opencl_linear) {
        flop += 3 * CPU_LANES * weft_layer_flop(main_layer(builder, first - 1));
        if (flop > STEP_FLOP || 2 * (groups->count - first + 1) + 1 > OPENCL_MAX_CALLS) {
            break;
        }
        first--;
    }
    return first;
}

/* Adds the kernel of PASS_STEP, from group ${first} on. */
static void add_step(struct builder *builder, size_t first) {
    size_t end = builder->groups->count;
    struct opencl_kernel *kernel = &builder->kernels->list[builder->kernels->count++];
    *kernel = (struct opencl_kernel){.loop = LOOP_SHARD, .passes = PASS_STEP};
    for (size_t group = first; group < end; group++) {
        kernel->calls[kernel->count++] =
            call_of(builder, group, find_function(builder, group, PASS_FORWARD_BATCH));
    }
    kernel->calls[kernel->count++] =
        (struct opencl_call){.function = &loss, .group = end - 1, .items = 1};
    for (size_t group = end; group-- > first;) {
        kernel->calls[kernel->count++] =
            call_of(builder, group, find_function(builder, group, PASS_BACKWARD_BATCH));
    }
}

/* Adds the kernels of ${group}, without the functions that a chain calls. */
static void add_group(struct builder *builder, size_t group, bool forward_only, bool apart) {
    const struct opencl_layer *layer = builder->groups->list[group].layer;
    bool chains = !apart && !forward_only;
    size_t parts = chains ? count_parts(builder, group) : 0;
    bool chained = chains && group > 0 && count_parts(builder, group - 1) > 0;
    if (parts > 0) {
        add_channels(builder, group, parts);
    }
    for (size_t f = 0; f < layer->function_count; f++) {
        unsigned passes = layer->functions[f].passes & (forward_only ? PASS_FORWARD : ~0u);
        if (parts > 0 || chained) {
            passes &= ~(unsigned)PASS_FORWARD_BATCH;
        }
        if (passes != 0) {
            add_apart(builder, group, &layer->functions[f], passes);
        }
    }
}

enum weft_status opencl_kernels_make(const struct weft_network *network,
                                     const struct opencl_groups *groups, enum weft_mapping mapping,
                                     unsigned units, bool forward_only, bool apart,
                                     struct opencl_kernels *kernels, struct weft_error *error) {
    struct builder builder = {network, groups, mapping, units > 0 ? units : 1, kernels};
    size_t capacity = 1;
    for (size_t i = 0; i < groups->count; i++) {
        capacity += groups->list[i].layer->function_count + 1;
    }
    kernels->count = 0;
    kernels->list = calloc(capacity, sizeof *kernels->list);
    if (kernels->list == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    apart = apart || mapping != WEFT_MAPPING_CPU;
    for (size_t group = 0; group < groups->count; group++) {
        add_group(&builder, group, forward_only, apart);
    }
    kernels->step_group = apart || forward_only ? groups->count : find_step(&builder);
    if (kernels->step_group < groups->count) {
        add_step(&builder, kernels->step_group);
    }
    return WEFT_OK;
}

/* kernels.c: what the launches do: a kernel of a group each, or chains of kernels, which a CPU device runs with fewer launches. A launch costs
 * some 10 microseconds there, since its threads sleep in between: half a million fma of a core. All chains that there are stand here; none changes a bit.
 *
 *   conv2d or linear, then batch_norm     a work-item has channels of both, for the whole batch
 *   what follows the last batch_norm,     a work-item has a shard: it goes forward, through the loss, and back; if that is little, and
 *   in a training step                    all layers are linear
 */
#include "backend/opencl/kernels.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/layer.h"

#include <stdlib.h>

/* The most FLOP of a shard, forward and backward, that a chain may have: more than a few tens of microseconds of a core's time would keep
 * other cores waiting. */
#define STEP_FLOP 2500000

/* The loss as a piece of a chain: of the last group, whose output it takes. */
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

/* What the functions here build runs from. */
struct maker {
    const struct weft_network *network;
    const struct opencl_groups *groups;
    enum weft_mapping mapping;
    unsigned units;
    struct opencl_kernels *kernels;
};

static const struct weft_layer *main_layer(const struct maker *maker, size_t group) {
    return &maker->network->layers[maker->groups->list[group].main];
}

static struct opencl_call call_of(const struct maker *maker, size_t group,
                                  const struct opencl_function *function) {
    const struct weft_layer *layer = main_layer(maker, group);
    size_t more = count_items(function->input_items, layer, maker->mapping);
    return (struct opencl_call){
        .function = function,
        .group = group,
        .items = count_items(function->items, layer, maker->mapping) + more,
        .input_items = maker->groups->list[group].first == 0 ? more : 0,
    };
}

/* Adds a run of one kernel. */
static void add_apart(struct maker *maker, size_t group, const struct opencl_function *function,
                      unsigned passes) {
    maker->kernels->list[maker->kernels->count++] = (struct opencl_kernel){
        .loop = LOOP_APART,
        .passes = passes,
        .count = 1,
        .calls = {call_of(maker, group, function)},
    };
}

/* The kernel of a group that makes the output in ${pass}, or NULL. */
static const struct opencl_function *find_function(const struct maker *maker, size_t group,
                                                   unsigned pass) {
    const struct opencl_layer *row = maker->groups->list[group].layer;
    for (size_t k = 0; k < row->function_count; k++) {
        if ((row->functions[k].passes & pass) != 0) {
            return &row->functions[k];
        }
    }
    return NULL;
}

/* How many work-items a chain of ${group} and a batch_norm by channels behind it would have; 0: there is none, or the compute units would
 * not be busy. */
static size_t count_parts(const struct maker *maker, size_t group) {
    const struct opencl_groups *groups = maker->groups;
    const struct opencl_function *first = find_function(maker, group, PASS_FORWARD_BATCH);
    size_t parts, channels;
    if (group + 1 >= groups->count ||
        groups->list[group + 1].layer != &opencl_batch_norm_channels || first == NULL ||
        first->parts == NULL) {
        return 0;
    }
    parts = first->parts(main_layer(maker, group), maker->mapping);
    channels = main_layer(maker, group + 1)->output.channels;
    return channels % parts == 0 && (parts % maker->units == 0 || parts >= 4 * maker->units) ? parts
                                                                                             : 0;
}

static void add_channels(struct maker *maker, size_t group, size_t parts) {
    maker->kernels->list[maker->kernels->count++] = (struct opencl_kernel){
        .loop = LOOP_CHANNELS,
        .passes = PASS_FORWARD_BATCH,
        .parts = parts,
        .count = 2,
        .calls = {call_of(maker, group, find_function(maker, group, PASS_FORWARD_BATCH)),
                  call_of(maker, group + 1, find_function(maker, group + 1, PASS_FORWARD_BATCH))},
    };
}

/* The first of the last groups that a step can run shard by shard; the count of groups if there are none. */
static size_t find_step(const struct maker *maker) {
    const struct opencl_groups *groups = maker->groups;
    size_t first = groups->count;
    uint64_t flop = 0;
    while (first > 0 && groups->list[first - 1].layer == &opencl_linear) {
        flop += 3 * CPU_LANES * weft_layer_flop(main_layer(maker, first - 1));
        if (flop > STEP_FLOP || 2 * (groups->count - first + 1) + 1 > OPENCL_MAX_CALLS) {
            break;
        }
        first--;
    }
    return first;
}

/* Adds the run of PASS_STEP. */
static void add_step(struct maker *maker, size_t first) {
    size_t end = maker->groups->count;
    struct opencl_kernel *kernel = &maker->kernels->list[maker->kernels->count++];
    *kernel = (struct opencl_kernel){.loop = LOOP_SHARD, .passes = PASS_STEP};
    for (size_t group = first; group < end; group++) {
        kernel->calls[kernel->count++] =
            call_of(maker, group, find_function(maker, group, PASS_FORWARD_BATCH));
    }
    kernel->calls[kernel->count++] =
        (struct opencl_call){.function = &loss, .group = end - 1, .items = 1};
    for (size_t group = end; group-- > first;) {
        kernel->calls[kernel->count++] =
            call_of(maker, group, find_function(maker, group, PASS_BACKWARD_BATCH));
    }
}

/* Adds the runs of ${group}; what a chain with the group before does already is left out. */
static void add_group(struct maker *maker, size_t group, bool forward_only, bool apart) {
    const struct opencl_layer *row = maker->groups->list[group].layer;
    bool chains = !apart && !forward_only;
    size_t parts = chains ? count_parts(maker, group) : 0;
    bool chained = chains && group > 0 && count_parts(maker, group - 1) > 0;
    if (parts > 0) {
        add_channels(maker, group, parts);
    }
    for (size_t k = 0; k < row->function_count; k++) {
        unsigned passes = row->functions[k].passes & (forward_only ? PASS_FORWARD : ~0u);
        if (parts > 0 || chained) {
            passes &= ~(unsigned)PASS_FORWARD_BATCH;
        }
        if (passes != 0) {
            add_apart(maker, group, &row->functions[k], passes);
        }
    }
}

enum weft_status opencl_kernels_make(const struct weft_network *network,
                                     const struct opencl_groups *groups, enum weft_mapping mapping,
                                     unsigned units, bool forward_only, bool apart,
                                     struct opencl_kernels *kernels, struct weft_error *error) {
    struct maker maker = {network, groups, mapping, units > 0 ? units : 1, kernels};
    size_t room = 1;
    for (size_t i = 0; i < groups->count; i++) {
        room += groups->list[i].layer->function_count + 1;
    }
    kernels->count = 0;
    kernels->list = calloc(room, sizeof *kernels->list);
    if (kernels->list == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    apart = apart || mapping != WEFT_MAPPING_CPU;
    for (size_t group = 0; group < groups->count; group++) {
        add_group(&maker, group, forward_only, apart);
    }
    kernels->step_group = apart || forward_only ? groups->count : find_step(&maker);
    if (kernels->step_group < groups->count) {
        add_step(&maker, kernels->step_group);
    }
    return WEFT_OK;
}

/* kernels.c: which functions a kernel calls: one, or a chain of functions, so that there are fewer
 * launches. A launch costs about 10 microseconds on a CPU, whose threads sleep between launches: as
 * much as half a million fused multiply-adds of a core. On a GPU the next launch waits for the last
 * work-group of the one before. These are all chains; none changes a bit.
 *
 *   on a CPU, conv2d or linear, then    a work-item computes channels of both for the whole batch
 *   batch_norm
 *   in a training step, the linear      a work-item, on a GPU a work-group, computes a shard:
 *   layers at the end                   forward, the loss, backward; only if that takes little time
 *
 * On a CPU, a work-item may compute all shards (RANGE_ITEMS): what it has loaded and transposed
 * serves all of them, and gradients of parameters are written once. */
#include "backend/opencl/kernels.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/layer.h"
#include "base/try.h"

#include <stdlib.h>

/* The maximum FLOP of a shard, forward and backward, in a chain. If a chain took a CPU's core more
 * than a few tens of microseconds, other cores would wait. A GPU has more units than a batch has
 * shards, so a chain should take less there than the launches that it saves. */
#define CPU_STEP_FLOP 2500000
#define GPU_STEP_FLOP 1000000

/* The maximum vectors of the output of a layer and of its batch_norm in a chain: 1 MB. With more,
 * the loops of two functions in one kernel cost more time than the launch that they save. */
#define CHAIN_VECTORS 16384

/* Functions of RANGE_ITEMS are chosen if they have this many items for each compute unit, or if an
 * item has at most this many FLOP, which take less time than a launch. */
#define ITEMS_OF_UNIT    3
#define LITTLE_ITEM_FLOP 200000

/* The group of its calls is the last one, whose output it reads. */
const struct opencl_function opencl_loss = {
    .name = "cross_entropy_shard",
    .range = RANGE_SUMS,
    .arguments = {ARG_OUTPUT, ARG_LABELS, ARG_ORDER, ARG_TARGETS, ARG_DOUTPUT, ARG_RESULTS,
                  ARG_RESULT_INDEX, ARG_FIRST, ARG_COUNT},
};

static const struct network_layer *main_layer(const struct opencl_kernels *kernels, size_t group) {
    return &kernels->groups->network->layers[kernels->groups->list[group].main];
}

/* Adds a kernel without calls. */
static struct opencl_kernel *add_kernel(struct opencl_kernels *kernels, enum opencl_loop loop,
                                        unsigned passes) {
    struct opencl_kernel *kernel = &kernels->list[kernels->count++];
    *kernel = (struct opencl_kernel){.loop = loop, .passes = passes};
    return kernel;
}

/* Adds ${call} to the last kernel. */
static void add_call(struct opencl_kernels *kernels, struct opencl_call call) {
    struct opencl_kernel *kernel = &kernels->list[kernels->count - 1];
    kernel->calls[kernel->count++] = call;
}

enum opencl_range opencl_kernel_range(const struct opencl_groups *groups,
                                      const struct opencl_kernel *kernel) {
    const enum opencl_range range = kernel->loop == LOOP_CHANNELS ? RANGE_BATCH
                                    : kernel->loop == LOOP_SHARD  ? RANGE_SHARD_GROUP
                                                                 : kernel->calls[0].function->range;
    return range == RANGE_BATCH && groups->mapping == WEFT_MAPPING_GPU ? RANGE_CHANNEL_GROUP
                                                                       : range;
}

/* Returns the most items of a group that ${kernel} has work for. Above the vectors of a channel up
 * to a power of two, some are idle. */
static size_t most_rows(const struct opencl_kernels *kernels, const struct opencl_kernel *kernel) {
    size_t most = kernel->calls[0].items;
    if (opencl_kernel_range(kernels->groups, kernel) == RANGE_CHANNEL_GROUP) {
        return 2 * kernels->groups->list[kernel->calls[0].group].vectors - 1;
    }
    for (size_t c = 1; c < kernel->count; c++) {
        most = kernel->calls[c].items > most ? kernel->calls[c].items : most;
    }
    return most;
}

/* Chooses the local memory of ${kernel}, if it adds lanes. */
static enum weft_status add_slices(const struct opencl_kernels *kernels,
                                   struct opencl_kernel *kernel, struct weft_error *error) {
    const struct opencl_call *call = &kernel->calls[0];
    const struct opencl_function *function = call->function;
    const enum opencl_range range = opencl_kernel_range(kernels->groups, kernel);
    struct work_group_limits limits = kernels->limits;
    if (kernels->groups->mapping != WEFT_MAPPING_GPU ||
        (range != RANGE_SUMS && range != RANGE_SHARD_GROUP && range != RANGE_CHANNEL_GROUP)) {
        return WEFT_OK;
    }
    kernel->lane_values =
        function->lane_values != NULL
            ? function->lane_values(main_layer(kernels, call->group), kernels->groups->mapping)
            : 1;
    limits.local_needed = kernel->lane_values * CPU_LANES * sizeof(cl_float);
    kernel->slices = work_groups_slices(range, most_rows(kernels, kernel), &limits);
    return kernel->slices > 0 ? WEFT_OK : work_groups_fail(function->name, &limits, error);
}

/* Returns the passes of ${group} that its functions of RANGE_ITEMS compute. */
static unsigned items_passes(const struct opencl_kernels *kernels, size_t group) {
    const struct opencl_group *of = &kernels->groups->list[group];
    const struct network_layer *layer = main_layer(kernels, group);
    unsigned passes = 0;
    if (kernels->groups->mapping == WEFT_MAPPING_GPU) {
        return 0;
    }
    for (size_t f = 0; f < of->layer->function_count; f++) {
        const struct opencl_function *function = &of->layer->functions[f];
        const size_t items = opencl_call_of(kernels->groups, group, function, 0).items;
        const uint64_t flop = 2 * CPU_LANES * of->shards * layer_flop(layer);
        if (function->range == RANGE_ITEMS &&
            (items >= (size_t)ITEMS_OF_UNIT * kernels->limits.units ||
             flop <= items * (size_t)LITTLE_ITEM_FLOP)) {
            passes |= function->passes;
        }
    }
    return passes;
}

/* Returns the first call of ${group} in ${pass}; one without function if there is none. */
static struct opencl_call find_call(const struct opencl_kernels *kernels, size_t group,
                                    unsigned pass) {
    struct opencl_call calls[OPENCL_GROUP_CALLS];
    const size_t count = opencl_calls_of(kernels->groups, group, calls);
    for (size_t i = 0; i < count; i++) {
        if ((calls[i].passes & pass) != 0) {
            return calls[i];
        }
    }
    return (struct opencl_call){.function = NULL};
}

/* Returns the work-items of a chain of ${group} and a batch_norm by channels after it. 0: there
 * is no such chain, it has too few work-items for the compute units, or its output is large. */
static size_t count_parts(const struct opencl_kernels *kernels, size_t group) {
    const struct opencl_groups *groups = kernels->groups;
    const struct opencl_function *first = find_call(kernels, group, PASS_FORWARD_BATCH).function;
    size_t parts, channels, next, units = kernels->limits.units;
    if (group + 1 >= groups->count) {
        return 0;
    }
    next = groups->list[group + 1].first;
    if (!groups->list[group + 1].by_channels || groups->network->layers[next].inputs[0] != next ||
        first == NULL || first->parts == NULL) {
        return 0;
    }
    parts = first->parts(main_layer(kernels, group), kernels->groups->mapping);
    channels = main_layer(kernels, group + 1)->output.channels;
    if (channels * groups->list[group + 1].vectors > CHAIN_VECTORS) {
        return 0;
    }
    return channels % parts == 0 && (parts % units == 0 || parts >= 4 * units) ? parts : 0;
}

/* Returns the first group of those at the end that a step can compute shard by shard; the count
 * of groups if there is none. */
static size_t find_step(const struct opencl_kernels *kernels) {
    const struct opencl_groups *groups = kernels->groups;
    const uint64_t most = groups->mapping == WEFT_MAPPING_GPU ? GPU_STEP_FLOP : CPU_STEP_FLOP;
    size_t first = groups->count;
    uint64_t flop = 0;
    while (first > 0 && groups->list[first - 1].layer == &opencl_linear) {
        flop += 3 * CPU_LANES * layer_flop(main_layer(kernels, first - 1));
        if (flop > most || 2 * (groups->count - first + 1) + 1 > OPENCL_MAX_CALLS) {
            break;
        }
        first--;
        if (first == 0 || !layer_feeds_next(groups->network, groups->list[first].first - 1)) {
            break; /* it reads what others read, too */
        }
    }
    return first;
}

/* Adds the kernel of PASS_STEP, from group ${first} on. */
static void add_step(struct opencl_kernels *kernels, size_t first) {
    size_t end = kernels->groups->count;
    add_kernel(kernels, LOOP_SHARD, PASS_STEP);
    for (size_t group = first; group < end; group++) {
        add_call(kernels, find_call(kernels, group, PASS_FORWARD_BATCH));
    }
    add_call(kernels, (struct opencl_call){.function = &opencl_loss, .group = end - 1, .items = 1});
    for (size_t group = end; group-- > first;) {
        add_call(kernels, find_call(kernels, group, PASS_BACKWARD_BATCH));
    }
}

/* Adds the kernels of ${group}, without the functions that a chain calls. */
static void add_group(struct opencl_kernels *kernels, size_t group, bool forward_only, bool apart) {
    struct opencl_call calls[OPENCL_GROUP_CALLS];
    const size_t count = opencl_calls_of(kernels->groups, group, calls);
    bool chains = !apart && !forward_only && kernels->groups->mapping == WEFT_MAPPING_CPU;
    size_t parts = chains ? count_parts(kernels, group) : 0;
    bool chained = chains && group > 0 && count_parts(kernels, group - 1) > 0;
    if (parts > 0) {
        add_kernel(kernels, LOOP_CHANNELS, PASS_FORWARD_BATCH)->parts = parts;
        add_call(kernels, find_call(kernels, group, PASS_FORWARD_BATCH));
        add_call(kernels, find_call(kernels, group + 1, PASS_FORWARD_BATCH));
    }
    for (size_t i = 0; i < count; i++) {
        unsigned passes = calls[i].passes & (forward_only ? PASS_FORWARD : ~0u);
        if (parts > 0 || chained) {
            passes &= ~(unsigned)PASS_FORWARD_BATCH;
        }
        if (passes != 0 && (calls[i].function->host != NULL || calls[i].items > 0)) {
            add_kernel(kernels, LOOP_APART, passes);
            add_call(kernels, calls[i]);
        }
    }
}

enum weft_status opencl_kernels_make(struct opencl_groups *groups,
                                     const struct work_group_limits *limits, bool forward_only,
                                     bool apart, struct opencl_kernels *kernels,
                                     struct weft_error *error) {
    size_t capacity = 1;
    for (size_t i = 0; i < groups->count; i++) {
        struct opencl_call calls[OPENCL_GROUP_CALLS];
        capacity += opencl_calls_of(groups, i, calls) + 1;
    }
    *kernels = (struct opencl_kernels){
        .groups = groups, .limits = *limits, .list = calloc(capacity, sizeof *kernels->list)};
    if (kernels->list == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    kernels->step_group = apart || forward_only ? groups->count : find_step(kernels);
    /* The kernel of PASS_STEP computes its groups shard by shard, and so does every other pass:
     * gradients are stored in one form only. */
    for (size_t group = 0; group < kernels->step_group && !apart; group++) {
        groups->list[group].by_items = items_passes(kernels, group);
    }
    for (size_t group = 0; group < groups->count; group++) {
        groups->list[group].first_kernel = kernels->count;
        add_group(kernels, group, forward_only, apart);
        groups->list[group].end_kernel = kernels->count;
    }
    if (kernels->step_group < groups->count) {
        add_step(kernels, kernels->step_group);
    }
    for (size_t i = 0; i < kernels->count; i++) {
        TRY(add_slices(kernels, &kernels->list[i], error));
    }
    return WEFT_OK;
}

bool opencl_kernels_join(const struct opencl_kernels *kernels, size_t layer) {
    for (size_t i = 0; i < kernels->groups->count; i++) {
        const struct opencl_group *group = &kernels->groups->list[i];
        if (group->main == layer) {
            return (group->by_items & PASS_BACKWARD) != 0;
        }
    }
    return false;
}

/* phases.c: a training step as a list of phases, for a kernel that computes many steps; and an
 * evaluation, which has some of these phases.
 *
 * A phase takes about a microsecond longer than its items, where a launch takes ten or more. So the
 * phases are single functions, whose items are divided more evenly than those of chains. In a
 * training step a batch norm is computed by channels if the compute units get about the same number
 * of channels. The phases of an evaluation are by shards: a unit finds its shards in its cache. */
#include "backend/opencl/phases.h"
#include "backend/opencl/layer.h"
#include "backend/opencl/share.h"
#include "base/try.h"

#include <stdlib.h>
#include <string.h>

/* Chunks of the range of a compute unit. With fewer, the others wait longer for the last one; each
 * takes about a tenth of a microsecond. */
#define MOST_CHUNKS 8

/* The functions of no layer. */
static const struct opencl_function gather = {
    .name = "gather_phase",
    .range = RANGE_SHARDS,
    .arguments = {ARG_PIXELS, ARG_ORDER, ARG_CHANGES, ARG_TABLE, ARG_INPUT, ARG_FIRST, ARG_COUNT,
                  ARG_HEIGHT, ARG_WIDTH},
};
static const struct opencl_function update = {
    .name = "update_phase",
    .range = RANGE_BATCH,
    .arguments = {ARG_PARTIALS, ARG_GRADIENTS, ARG_PARAMETERS, ARG_MOMENTS, ARG_SECOND_MOMENTS,
                  ARG_NUMBERS, ARG_COUNT},
};
static const struct opencl_function losses = {
    .name = "losses_phase",
    .range = RANGE_SHARDS,
    .arguments = {ARG_OUTPUT, ARG_LABELS, ARG_ORDER, ARG_LOSSES, ARG_PREDICTIONS, ARG_RESULT_INDEX,
                  ARG_FIRST, ARG_COUNT},
};

/* The passes whose functions are phases of an evaluation, and of a training step. */
#define EVALUATION PASS_FORWARD_RUNNING
#define TRAINING   (PASS_FORWARD_BATCH | PASS_BACKWARD_BATCH)

/* Returns whether ${items} are divided among ${units} so that all are busy nine tenths of the
 * time. */
static bool divides_well(size_t items, size_t units) {
    size_t rounds = (items + units - 1) / units;
    return 10 * items >= 9 * rounds * units;
}

/* Adds ${call} as a phase of ${passes}; no phase without items. */
static void add_phase(struct opencl_phases *phases, unsigned passes, struct opencl_call call,
                      size_t shards, size_t units) {
    const enum opencl_range range = call.function->range;
    const size_t items = call.items - call.input_items;
    struct opencl_phase phase = {.call = call,
                                 .items = items,
                                 .by_batch = range == RANGE_BATCH || range == RANGE_ITEMS ||
                                             range == RANGE_ONCE,
                                 .evaluates = (passes & EVALUATION) != 0,
                                 .trains = (passes & TRAINING) != 0 && !phases->forward_only};
    size_t share = ((phase.by_batch ? items : items * shards) + units - 1) / units;
    phase.chunks = share < MOST_CHUNKS ? share : MOST_CHUNKS;
    if (items > 0 && (phase.evaluates || phase.trains)) {
        phases->chunks[false] += phase.evaluates ? phase.chunks : 0;
        phases->chunks[true] += phase.trains ? phase.chunks : 0;
        phases->list[phases->count++] = phase;
    }
}

/* Adds ${function}, which belongs to no layer and computes ${size} vectors. */
static void add_common(struct opencl_phases *phases, unsigned passes,
                       const struct opencl_function *function, size_t size, size_t shards,
                       size_t units) {
    size_t items = size / opencl_values_per_item(size, phases->groups.mapping);
    add_phase(phases, passes, (struct opencl_call){.function = function, .items = items}, shards,
              units);
}

/* Adds the functions of ${group} in ${passes}. */
static void add_group(struct opencl_phases *phases, size_t group, unsigned passes, size_t shards,
                      size_t units) {
    struct opencl_call calls[OPENCL_GROUP_CALLS];
    const size_t count = opencl_calls_of(&phases->groups, group, calls);
    for (size_t i = 0; i < count; i++) {
        add_phase(phases, calls[i].passes & passes, calls[i], shards, units);
    }
}

/* Adds the buffers that ${call} takes, unless there are such parameters already. */
static void add_buffers(struct opencl_phases *phases, const struct opencl_call *call) {
    for (size_t a = 0; call->function->arguments[a] != ARG_END; a++) {
        struct opencl_phase_buffer *buffer = &phases->buffers[phases->buffer_count];
        size_t i = 0;
        *buffer = (struct opencl_phase_buffer){call->function->arguments[a], *call, ""};
        if (buffer->argument >= OPENCL_ARG_NUMBER) {
            continue;
        }
        opencl_phase_argument(phases, call, a, buffer->name);
        while (strcmp(phases->buffers[i].name, buffer->name) != 0) {
            i++;
        }
        phases->buffer_count += i == phases->buffer_count;
    }
}

/* Sets same of each phase. */
static enum weft_status share(struct opencl_phases *phases, struct weft_error *error) {
    struct opencl_texts texts = {.count = 0};
    bool failed;
    for (size_t i = 0; i < phases->count; i++) {
        const size_t begin = texts.all.length;
        opencl_emit_phase(&texts.all, phases, &phases->list[i]);
        phases->list[i].same = opencl_texts_add(&texts, begin, i);
    }
    failed = texts.all.failed;
    opencl_texts_finish(&texts);
    return failed ? error_set(error, WEFT_NO_MEMORY, "opencl: no memory") : WEFT_OK;
}

enum weft_status opencl_phases_make(const struct opencl_groups *groups, bool forward_only,
                                    size_t batch, size_t units, struct opencl_phases *phases,
                                    struct weft_error *error) {
    const size_t shards = lanes_shards(batch), end = groups->count;
    size_t capacity = 4;
    enum weft_status status;
    for (size_t i = 0; i < end; i++) {
        struct opencl_call calls[OPENCL_GROUP_CALLS];
        capacity += opencl_calls_of(groups, i, calls);
    }
    *phases = (struct opencl_phases){.groups = *groups, .forward_only = forward_only};
    phases->groups.list = calloc(end, sizeof *phases->groups.list);
    phases->list = calloc(capacity, sizeof *phases->list);
    phases->buffers = calloc(OPENCL_ARGUMENTS * capacity + 1, sizeof *phases->buffers);
    if (phases->groups.list == NULL || phases->list == NULL || phases->buffers == NULL) {
        opencl_phases_finish(phases);
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < end; i++) {
        struct opencl_group *group = &phases->groups.list[i];
        *group = groups->list[i];
        if (!divides_well(groups->network->layers[group->main].output.channels, units)) {
            group->by_channels = 0;
        }
        /* A unit reads the shards that it has written. */
        group->by_channels &= ~EVALUATION;
        group->by_items &= ~EVALUATION;
    }
    add_common(phases, EVALUATION | TRAINING, &gather, shape_size(groups->network->input), shards,
               units);
    for (size_t i = 0; i < end; i++) {
        add_group(phases, i, PASS_FORWARD, shards, units);
    }
    add_phase(phases, EVALUATION,
              (struct opencl_call){.function = &losses, .group = end - 1, .items = 1}, shards,
              units);
    add_phase(phases, TRAINING,
              (struct opencl_call){.function = &opencl_loss, .group = end - 1, .items = 1}, shards,
              units);
    for (size_t i = end; i-- > 0;) {
        add_group(phases, i, PASS_BACKWARD_BATCH, shards, units);
    }
    add_common(phases, TRAINING, &update,
               opencl_padded(groups->network->parameter_count) / CPU_LANES, shards, units);
    for (size_t i = 0; i < phases->count; i++) {
        add_buffers(phases, &phases->list[i].call);
    }
    status = share(phases, error);
    if (status != WEFT_OK) {
        opencl_phases_finish(phases);
    }
    return status;
}

void opencl_phases_finish(struct opencl_phases *phases) {
    free(phases->groups.list);
    free(phases->list);
    free(phases->buffers);
    *phases = (struct opencl_phases){.count = 0};
}

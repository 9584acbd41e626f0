/* profile.c: the time of each function of each layer, and the peak of all threads. */
#include "backend/profile.h"
#include "backend/cpu/pass.h"
#include "base/try.h"
#include "os/host.h"
#include "os/threads.h"

#include <stdio.h>
#include <stdlib.h>

#define PEAK_RUNS      20   /* the fastest counts: the one with the fewest disturbances */
#define PEAK_SHORTEST  0.01 /* seconds of a run, so that waking the threads does not matter */
#define PEAK_MAX_TURNS (1u << 30)

static uint64_t flop_of(const struct cpu_task *task, enum cpu_function function) {
    bool products =
        function == CPU_FORWARD || function == CPU_GRADIENTS || function == CPU_BACKWARD;
    return products ? task->count * layer_flop(task->layer) : 0;
}

/* The bytes that a function reads and writes, as the comments of struct cpu_layer say. */
static uint64_t bytes_of(const struct cpu_backend *cpu, const struct cpu_task *task,
                         enum cpu_function function) {
    const struct weft_network *network = cpu->base.network;
    size_t index = (size_t)(task->layer - network->layers);
    uint64_t input =
        profile_activation_bytes(network, task->layer->inputs[task->which], task->count);
    uint64_t inputs = 0;
    uint64_t output = profile_activation_bytes(network, index + 1, task->count);
    uint64_t parameters = profile_parameter_bytes(network, index);
    const struct cpu_layer *layer = cpu->level->layers[task->layer->kind];
    uint64_t kept = layer->keeps_outputs ? output : 0;
    for (size_t k = 0; k < task->layer->input_count; k++) {
        inputs += profile_activation_bytes(network, task->layer->inputs[k], task->count);
    }
    switch (function) {
    case CPU_MEASURE:
        return input;
    case CPU_SETTLE:
        return parameters + 3 * parameters * task->shards;
    case CPU_FORWARD:
        return inputs + output + parameters + kept;
    case CPU_GRADIENT_ADD:
        return 3 * input;
    case CPU_GRADIENTS:
        return input + output + parameters * task->shards;
    default: /* from doutput, of concat the part of the input, to dinput */
        return input + (layer_kinds[task->layer->kind]->join != NULL ? input : output) +
               parameters + kept + (layer->backward_reads_input ? input : 0) +
               (layer->backward_reads_output ? output : 0);
    }
}

void cpu_profile_layer(struct cpu_backend *cpu, const struct cpu_task *task,
                       enum cpu_function function, double start) {
    size_t index = (size_t)(task->layer - cpu->base.network->layers);
    if (cpu->base.profile != NULL) {
        profile_add(&cpu->base.profile->entries[index * CPU_LAYER_FUNCTIONS + function],
                    os_seconds() - start, flop_of(task, function), bytes_of(cpu, task, function));
    }
}

void cpu_profile_common(struct cpu_backend *cpu, enum cpu_common function, size_t count,
                        double start) {
    const struct weft_network *network = cpu->base.network;
    size_t slot = network->layer_count * CPU_LAYER_FUNCTIONS + function;
    uint64_t input = profile_activation_bytes(network, 0, count);
    uint64_t logits = profile_activation_bytes(network, network->layer_count, count);
    const uint64_t bytes[CPU_COMMON_COUNT] = {
        [CPU_GATHER] = input + input / sizeof(float), /* a pixel is a byte */
        [CPU_LOSS] = 2 * logits,
        /* the shards' sums, the gradients, and three arrays that are read and written */
        [CPU_UPDATE] = (lanes_shards(count) + 7) * network->parameter_count * sizeof(float),
    };
    if (cpu->base.profile != NULL) {
        profile_add(&cpu->base.profile->entries[slot], os_seconds() - start, 0, bytes[function]);
    }
}

enum weft_status cpu_profile_start(struct backend *backend, struct weft_error *error) {
    static const char *const functions[CPU_LAYER_FUNCTIONS] = {
        "measure", "settle", "forward", "gradients", "backward", "gradient_add"};
    static const char *const common[CPU_COMMON_COUNT] = {"gather", "cross_entropy", "update"};
    const struct weft_network *network = backend->network;
    size_t layers = network->layer_count * CPU_LAYER_FUNCTIONS;
    char name[64];
    TRY(profile_create(backend, layers + CPU_COMMON_COUNT, error));
    for (size_t i = 0; i < layers; i++) {
        size_t layer = i / CPU_LAYER_FUNCTIONS;
        snprintf(name, sizeof name, "%s_%s", layer_kind_name(network->layers[layer].kind),
                 functions[i % CPU_LAYER_FUNCTIONS]);
        profile_name(&backend->profile->entries[i], name, network, layer, layer + 1);
    }
    for (size_t i = 0; i < CPU_COMMON_COUNT; i++) {
        profile_name(&backend->profile->entries[layers + i], common[i], network, 0, 0);
    }
    return WEFT_OK;
}

/* Seconds of one run on all threads. */
static double time_peak(struct cpu_backend *cpu, struct cpu_peak *run) {
    double start = os_seconds();
    os_pool_run(cpu->pool, cpu->threads, cpu->level->peak, run);
    return os_seconds() - start;
}

enum weft_status cpu_peak(struct backend *backend, struct fma_peak *peak,
                          struct weft_error *error) {
    struct cpu_backend *cpu = (struct cpu_backend *)backend;
    struct cpu_peak run = {100000, calloc(cpu->threads, sizeof *run.results)};
    if (run.results == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a peak");
    }
    while (time_peak(cpu, &run) < PEAK_SHORTEST && run.turns < PEAK_MAX_TURNS) {
        run.turns *= 2;
    }
    for (int i = 0; i < PEAK_RUNS; i++) {
        double seconds = time_peak(cpu, &run);
        double gflop =
            2e-9 * (double)run.turns * (double)(cpu->level->peak_chains * CPU_LANES * cpu->threads);
        if (seconds > 0 && gflop / seconds > peak->gflops) {
            peak->gflops = gflop / seconds;
            peak->seconds = seconds;
        }
    }
    snprintf(peak->variant, sizeof peak->variant, "%u threads", cpu->threads);
    free(run.results);
    return WEFT_OK;
}

/* memory.c: the CPU backend's arrays, allocated once for the largest batch. */
#include "backend/cpu/memory.h"
#include "os/host.h"

#include <stdlib.h>
#include <string.h>

/* Returns zeroed memory for ${count} elements of ${size} bytes, aligned to a cache line; NULL
 * without memory. */
static void *zeroed(size_t count, size_t size) {
    void *memory = size != 0 && count > SIZE_MAX / size ? NULL : os_aligned(count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

/* Makes activation ${i}: that before it, if the layer between them computes nothing. */
static bool make_activation(struct cpu_backend *cpu, size_t i, size_t shards) {
    const struct weft_network *network = cpu->base.network;
    size_t size = weft_shape_size(activation_shape(network, i));
    bool shared = i > 0 && cpu->level->layers[network->layers[i - 1].kind]->forward == NULL;
    cpu->values[i] = shared ? cpu->values[i - 1] : zeroed(shards * size, sizeof(cpu_lanes));
    if (cpu->base.forward_only) {
        return cpu->values[i] != NULL;
    }
    cpu->dvalues[i] = shared ? cpu->dvalues[i - 1] : zeroed(shards * size, sizeof(cpu_lanes));
    return cpu->values[i] != NULL && cpu->dvalues[i] != NULL;
}

static bool make_arrays(struct cpu_backend *cpu, size_t shards) {
    const struct weft_network *network = cpu->base.network;
    bool made = true;
    for (int array = 0; array < WEFT_ARRAY_COUNT; array++) {
        size_t count =
            array == WEFT_ARRAY_BUFFERS ? network->buffer_count : network->parameter_count;
        if (array <= WEFT_ARRAY_BUFFERS || !cpu->base.forward_only) {
            cpu->arrays[array] = zeroed(count, sizeof(float));
            made = made && cpu->arrays[array] != NULL;
        }
    }
    if (!cpu->base.forward_only) {
        cpu->partials = zeroed(shards, network->parameter_count * sizeof(float));
        made = made && cpu->partials != NULL;
    }
    cpu->shard_loss = zeroed(shards, sizeof *cpu->shard_loss);
    cpu->shard_correct = zeroed(shards, sizeof *cpu->shard_correct);
    cpu->identity = zeroed(cpu->base.batch, sizeof *cpu->identity);
    return made && cpu->shard_loss != NULL && cpu->shard_correct != NULL && cpu->identity != NULL;
}

enum weft_status cpu_memory_init(struct cpu_backend *cpu, struct weft_error *error) {
    const struct weft_network *network = cpu->base.network;
    size_t shards = lanes_shards(cpu->base.batch), activations = network->layer_count + 1;
    bool made = make_arrays(cpu, shards);
    cpu->values = zeroed(activations, sizeof *cpu->values);
    cpu->dvalues = zeroed(activations, sizeof *cpu->dvalues);
    cpu->scratch = zeroed(activations, sizeof *cpu->scratch);
    made = made && cpu->values != NULL && cpu->dvalues != NULL && cpu->scratch != NULL;
    for (size_t i = 0; made && i < activations; i++) {
        made = make_activation(cpu, i, shards);
    }
    for (size_t i = 0; made && i < network->layer_count; i++) {
        const struct cpu_layer *row = cpu->level->layers[network->layers[i].kind];
        if (row->scratch != NULL) {
            cpu->scratch[i] = zeroed(1, row->scratch(&network->layers[i], shards));
            made = cpu->scratch[i] != NULL;
        }
    }
    for (size_t i = 0; made && i < cpu->base.batch; i++) {
        cpu->identity[i] = (uint32_t)i;
    }
    return made ? WEFT_OK
                : weft_fail(error, WEFT_FAILED, "cpu: no memory for batches of %zu images",
                            cpu->base.batch);
}

/* Frees ${count} activations. Those that share memory are next to each other. */
static void free_activations(cpu_lanes **activations, size_t count) {
    for (size_t i = 0; activations != NULL && i < count; i++) {
        if (i == 0 || activations[i] != activations[i - 1]) {
            os_free_aligned(activations[i]);
        }
    }
    os_free_aligned(activations);
}

void cpu_memory_finish(struct cpu_backend *cpu) {
    size_t layers = cpu->base.network->layer_count;
    free_activations(cpu->values, layers + 1);
    free_activations(cpu->dvalues, layers + 1);
    for (size_t i = 0; cpu->scratch != NULL && i < layers; i++) {
        os_free_aligned(cpu->scratch[i]);
    }
    os_free_aligned(cpu->scratch);
    for (int array = 0; array < WEFT_ARRAY_COUNT; array++) {
        os_free_aligned(cpu->arrays[array]);
    }
    os_free_aligned(cpu->partials);
    os_free_aligned(cpu->shard_loss);
    os_free_aligned(cpu->shard_correct);
    os_free_aligned(cpu->identity);
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        free(cpu->pixels[split]);
        free(cpu->labels[split]);
    }
}

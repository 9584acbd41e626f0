/* memory.c: the memory of the CPU backend. */
#include "backend/cpu/memory.h"
#include "backend/loss_targets.h"
#include "base/try.h"
#include "os/host.h"

#include <stdlib.h>
#include <string.h>

#define CLEAR_PIECE ((size_t)1 << 26) /* bytes, which take some milliseconds */

/* Sets ${size} bytes of ${memory} to zero. Sets ${failed} if that is interrupted. */
static void clear(struct cpu_backend *cpu, void *memory, size_t size, bool *failed) {
    for (size_t begin = 0; begin < size && !*failed; begin += CLEAR_PIECE) {
        size_t left = size - begin;
        memset((char *)memory + begin, 0, left < CLEAR_PIECE ? left : CLEAR_PIECE);
        *failed = !watch_go_on(&cpu->base.watch);
    }
}

/* Returns zeroed memory for ${count} elements of ${size} bytes, aligned to a cache line, which
 * lives as long as ${cpu}. Without memory returns NULL and sets ${failed}, which is also set when
 * the caller is interrupted. */
static void *allocate(struct cpu_backend *cpu, size_t count, size_t size, bool *failed) {
    struct cpu_block *block = NULL;
    if (count <= (SIZE_MAX - sizeof *block) / (size + 1)) {
        block = os_aligned(sizeof *block + count * size);
    }
    if (block == NULL) {
        *failed = true;
        return NULL;
    }
    block->next = cpu->blocks;
    cpu->blocks = block;
    clear(cpu, block + 1, count * size, failed);
    return block + 1;
}

/* Makes activation ${i}. If its layer computes nothing, it is the one that the layer reads, and so
 * is its gradient, unless other layers contribute to that. */
static void make_activation(struct cpu_backend *cpu, size_t i, size_t shards, bool *failed) {
    const struct weft_network *network = cpu->base.network;
    const struct network_layer *layer = i > 0 ? &network->layers[i - 1] : NULL;
    const bool same = layer != NULL && cpu->level->layers[layer->kind]->forward == NULL;
    const size_t count = shards * shape_size(activation_shape(network, i));
    cpu->values[i] =
        same ? cpu->values[layer->inputs[0]] : allocate(cpu, count, sizeof(cpu_lanes), failed);
    if (same && activation_readers(network, layer->inputs[0]) == 1) {
        cpu->dvalues[i] = cpu->dvalues[layer->inputs[0]];
    } else if (!cpu->base.forward_only) {
        cpu->dvalues[i] = allocate(cpu, count, sizeof(cpu_lanes), failed);
    }
}

/* Makes the memory of a contribution that is added to a gradient. */
static void make_contribution(struct cpu_backend *cpu, size_t shards, bool *failed) {
    size_t most = 0;
    for (size_t i = 0; i <= cpu->base.network->layer_count; i++) {
        size_t size = shape_size(activation_shape(cpu->base.network, i));
        most = activation_readers(cpu->base.network, i) > 1 && size > most ? size : most;
    }
    if (most > 0 && !cpu->base.forward_only) {
        cpu->contribution = allocate(cpu, shards * most, sizeof(cpu_lanes), failed);
    }
}

/* Makes the flat arrays, and what a pass needs besides activations. */
static void make_arrays(struct cpu_backend *cpu, size_t shards, bool *failed) {
    const struct weft_network *network = cpu->base.network;
    for (int array = 0; array < ARRAY_COUNT; array++) {
        if (array <= ARRAY_BUFFERS || !cpu->base.forward_only) {
            cpu->arrays[array] = allocate(cpu, array_count(network, array), sizeof(float), failed);
        }
    }
    if (!cpu->base.forward_only) {
        cpu->partials = allocate(cpu, shards, network->parameter_count * sizeof(float), failed);
        cpu->squares = allocate(cpu, network->parameter_count / CPU_UPDATE_BLOCK + 1,
                                sizeof(cpu_lanes), failed);
        cpu->targets = allocate(cpu, LOSS_TARGET_COUNT * shape_size(network_output(network)),
                                sizeof(float), failed);
    }
    cpu->shard_loss = allocate(cpu, shards, sizeof *cpu->shard_loss, failed);
    cpu->shard_correct = allocate(cpu, shards, sizeof *cpu->shard_correct, failed);
    cpu->table = allocate(cpu, network_pixel_channels(network), 256 * sizeof(float), failed);
    cpu->identity = allocate(cpu, cpu->base.batch, sizeof *cpu->identity, failed);
    for (size_t i = 0; !*failed && i < cpu->base.batch; i++) {
        cpu->identity[i] = (uint32_t)i;
    }
}

enum weft_status cpu_memory_init(struct cpu_backend *cpu, struct weft_error *error) {
    const struct weft_network *network = cpu->base.network;
    size_t shards = lanes_shards(cpu->base.batch), activations = network->layer_count + 1;
    const struct network_needs needs =
        network_needs_of(network, cpu->base.batch, cpu->base.forward_only);
    const uint64_t needed = needs.arrays + needs.activations, memory = os_memory();
    bool failed = false;
    if (memory > 0 && needed > memory) {
        error_set(error, WEFT_NO_MEMORY,
                  "cpu: %.1f GB are needed for batches of %zu images, but there are %.1f GB of "
                  "memory",
                  1e-9 * (double)needed, cpu->base.batch, 1e-9 * (double)memory);
        return error_hint(error, "a smaller batch needs less");
    }
    make_arrays(cpu, shards, &failed);
    cpu->values = allocate(cpu, activations, sizeof *cpu->values, &failed);
    cpu->dvalues = allocate(cpu, activations, sizeof *cpu->dvalues, &failed);
    cpu->scratch = allocate(cpu, activations, sizeof *cpu->scratch, &failed);
    for (size_t i = 0; !failed && i < activations; i++) {
        make_activation(cpu, i, shards, &failed);
    }
    make_contribution(cpu, shards, &failed);
    for (size_t i = 0; !failed && i < network->layer_count; i++) {
        const struct cpu_layer *row = cpu->level->layers[network->layers[i].kind];
        if (row->scratch != NULL) {
            cpu->scratch[i] = allocate(cpu, 1, row->scratch(&network->layers[i], shards), &failed);
        }
    }
    TRY(watch_check(&cpu->base.watch, "opening the device", error));
    return failed ? error_set(error, WEFT_NO_MEMORY, "cpu: no memory for batches of %zu images",
                              cpu->base.batch)
                  : WEFT_OK;
}

void cpu_memory_finish(struct cpu_backend *cpu) {
    while (cpu->blocks != NULL) {
        struct cpu_block *block = cpu->blocks;
        cpu->blocks = block->next;
        os_free_aligned(block);
    }
}

/* memory.h: all that an open CPU backend holds, allocated once for the largest batch. */
#ifndef WEFT_CPU_MEMORY_H
#define WEFT_CPU_MEMORY_H

#include "backend/cpu/level.h"
#include "backend/ops.h"

struct os_pool;

struct cpu_backend {
    struct weft_backend base;
    const struct cpu_level *level;
    struct os_pool *pool;
    unsigned threads;
    float *arrays[WEFT_ARRAY_COUNT];
    float *partials; /* [shard][parameter]: the shards' sums of gradients */
    /* The activations: 0 is the input, i the output of layer i - 1. A layer that computes nothing
     * shares its input. */
    cpu_lanes **values;
    cpu_lanes **dvalues; /* their gradients; NULL each when forward_only */
    void **scratch;      /* of each layer, or NULL */
    float *shard_loss;
    uint32_t *shard_correct;
    uint32_t *identity; /* 0, 1, 2 ...: the order of images in an evaluation's batch */
    uint8_t *pixels[WEFT_SPLIT_COUNT], *labels[WEFT_SPLIT_COUNT];
    float table[256]; /* the value of each pixel byte */
};

/* Allocates everything that ${cpu}->base describes. Fails with WEFT_FAILED; call cpu_memory_finish
 * then, too. */
enum weft_status cpu_memory_init(struct cpu_backend *cpu, struct weft_error *error);
void cpu_memory_finish(struct cpu_backend *cpu);

#endif

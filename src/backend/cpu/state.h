/* state.h: all that an open CPU backend holds, allocated once for the largest batch. */
#ifndef WEFT_CPU_STATE_H
#define WEFT_CPU_STATE_H

#include "backend/cpu/level.h"
#include "backend/ops.h"

struct os_pool;

/* A block of memory that memory.c frees; the memory is after it. */
struct cpu_block {
    _Alignas(64) struct cpu_block *next;
};

struct cpu_backend {
    struct backend base;
    const struct cpu_level *level;
    struct os_pool *pool;
    unsigned threads;
    float *arrays[ARRAY_COUNT];
    float *partials;    /* [shard][parameter]: the shards' sums of gradients */
    cpu_lanes *squares; /* of blocks of gradients */
    /* The activations: 0 is the input, i the output of layer i - 1. A layer that computes nothing
     * shares its input. */
    cpu_lanes **values;
    cpu_lanes **dvalues;     /* their gradients; NULL each when forward_only */
    cpu_lanes *contribution; /* of a reader to such a gradient; NULL: each has one reader */
    void **scratch;          /* of each layer, or NULL */
    float *targets;          /* of the loss of a training step (backend/loss_targets.h) */
    float *shard_loss;
    uint32_t *shard_correct;
    uint32_t *identity;       /* 0, 1, 2 ...: the order of images in an evaluation's batch */
    float *table;             /* 256 for each channel: the value of each pixel byte */
    struct cpu_block *blocks; /* all of the above */
};

#endif

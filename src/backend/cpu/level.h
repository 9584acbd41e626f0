/* level.h: all that is compiled for each level of vector instructions: the layers, the input, the
 * loss and the optimiser. */
#ifndef WEFT_CPU_LEVEL_H
#define WEFT_CPU_LEVEL_H

#include "backend/cpu/layer.h"
#include "weft/backend.h"

/* The input from bytes: images order[0 .. count - 1], each byte through ${table}; 0 in empty
 * lanes. */
struct cpu_gather {
    const uint8_t *pixels;
    const uint32_t *order;
    const float *table; /* 256 values */
    size_t size, count;
    cpu_lanes *input;
};

/* Softmax cross entropy over ${classes} logits: [shard][class] of cpu_lanes. */
struct cpu_loss {
    size_t classes, count;
    const cpu_lanes *logits;
    const uint8_t *labels; /* of the data set */
    const uint32_t *order; /* the batch's images in it */
    cpu_lanes *dlogits;    /* gradient of the sum of losses, or NULL */
    float *losses;         /* of each image, or NULL */
    uint32_t *predictions; /* of each image, or NULL */
    float *shard_loss;     /* sum over each shard */
    uint32_t *shard_correct;
};

/* One step of Adam for parameters begin .. end - 1. */
struct cpu_adam {
    struct weft_adam step;
    float scale;           /* 1 / images: gradients are of the mean loss */
    const float *partials; /* [shard][stride] */
    size_t shards, stride;
    float *gradients;
    float *parameters, *moments, *second_moments; /* NULL: only the gradients are computed */
};

struct cpu_level {
    const struct cpu_layer *layers[WEFT_KIND_COUNT];
    void (*gather)(const struct cpu_gather *gather, size_t shard);
    void (*cross_entropy)(const struct cpu_loss *task, size_t shard);
    void (*adam)(const struct cpu_adam *task, size_t begin, size_t end);
    float (*peak)(size_t turns); /* peak.c */
    size_t peak_chains;          /* in it, each of 16 lanes */
};

extern const struct cpu_level cpu_level_0;
extern const struct cpu_level cpu_level_3;
extern const struct cpu_level cpu_level_4;

/* The functions of struct cpu_level at this level. */
void CPU_NAME(gather)(const struct cpu_gather *gather, size_t shard);
void CPU_NAME(cross_entropy)(const struct cpu_loss *task, size_t shard);
void CPU_NAME(adam)(const struct cpu_adam *task, size_t begin, size_t end);

/* Makes ${turns} x CPU_PEAK_CHAINS x 16 fused multiply-adds on registers. Returns a number that
 * depends on all of them. */
float CPU_NAME(peak)(size_t turns);
#if WEFT_CPU_LEVEL >= 4
#define CPU_PEAK_CHAINS 12
#else
#define CPU_PEAK_CHAINS 7
#endif

#endif

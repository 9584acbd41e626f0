/* level.h: all that is compiled for each level of vector instructions: the layers, the input, the
 * loss and the optimiser. */
#ifndef WEFT_CPU_LEVEL_H
#define WEFT_CPU_LEVEL_H

#include "backend/backend.h"
#include "backend/cpu/layer.h"
#include "step_numbers.h"

/* The input from bytes: images order[0 .. count - 1], each byte through the 256 values that
 * ${table} has for its channel; 0 in empty lanes. */
struct cpu_gather {
    const uint8_t *pixels;
    size_t height, width; /* of the images */
    const uint32_t *order;
    const struct image_change *changes; /* of images 0 .. count - 1; NULL: none */
    const float *table;
    size_t size, area, count; /* area: the values that share 256 values of the table */
    cpu_lanes *input;
};

/* Softmax cross entropy over ${classes} logits: [shard][class] of cpu_lanes. */
struct cpu_loss {
    size_t classes, count;
    const cpu_lanes *logits;
    const uint16_t *labels; /* of the data set */
    const uint32_t *order;  /* the batch's images in it */
    /* Of loss_targets.h, or NULL: an evaluation, of plain cross entropy and without gradients. */
    const float *targets;
    cpu_lanes *dlogits;    /* gradient of the sum of losses; with targets */
    float *losses;         /* of each image, or NULL */
    uint32_t *predictions; /* of each image, or NULL */
    float *shard_loss;     /* sum over each shard */
    uint32_t *shard_correct;
};

/* The update of the parameters, in blocks of CPU_UPDATE_BLOCK. */
#define CPU_UPDATE_BLOCK (CLIP_BLOCK * CPU_LANES)
struct cpu_update {
    struct update step;
    float scale;           /* 1 / images: gradients are of the mean loss */
    const float *partials; /* [shard][stride] */
    size_t shards, stride; /* stride: all parameters */
    float *gradients;
    cpu_lanes *squares; /* of each block */
    float coefficient;  /* that the gradients are multiplied by for clip_norm; 1: none */
    float *parameters, *moments, *second_moments;
};

/* Measures the peak of fused multiply-adds. */
struct cpu_peak {
    size_t turns;   /* each of peak_chains x 16 fused multiply-adds on registers */
    float *results; /* of each thread, so that the compiler cannot omit the work */
};

/* The functions are for os_pool_run. */
struct cpu_level {
    const struct cpu_layer *layers[LAYER_KIND_COUNT];
    void (*gather)(void *task, size_t shard);        /* struct cpu_gather */
    void (*cross_entropy)(void *task, size_t shard); /* struct cpu_loss */
    void (*join)(void *task, size_t block);          /* struct cpu_update */
    void (*squares)(void *task, size_t block);       /* the same, after join */
    void (*update)(void *task, size_t block);        /* the same */
    void (*peak)(void *task, size_t thread);         /* struct cpu_peak */
    size_t peak_chains;
};

extern const struct cpu_level cpu_level_0;
extern const struct cpu_level cpu_level_3;
extern const struct cpu_level cpu_level_4;

#endif

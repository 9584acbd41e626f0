/* cpu.h: the naive backend: plain C, a file a layer, the reference for all others.
 *
 * A value here is 16 values: one of each image of a shard, side by side (lanes.h), so most loops end in
 * "for each lane". Nothing else is done for speed: the order of every sum is the one that cl/README.md writes.
 *
 * The layers' files are compiled once for each level of vector instructions (meson.build), because the processor's own
 * fused multiply-add is needed in their inner loops; fmaf is correctly rounded at every level, so all levels give
 * the same bits. */
#ifndef WEFT_CPU_H
#define WEFT_CPU_H

#include "backend/lanes.h"
#include "backend/ops.h"
#include "numerics.h"

/* One value of 16 images. */
typedef float cpu_lanes[CPU_LANES];

/* What a layer's functions work on. Tensors are whole: [shard][channel][row][column] of cpu_lanes. */
struct cpu_task {
    const struct weft_layer *layer;
    size_t count;               /* images in this batch */
    size_t shards;              /* that they make */
    bool batch_statistics;      /* batch norm: measure the batch, or use the running statistics */
    bool update_statistics;     /* batch norm: and mix them into the running statistics */
    const cpu_lanes *input;     /* of layer->input */
    cpu_lanes *output;          /* of layer->output */
    const cpu_lanes *doutput;   /* gradient of output; 0 in absent lanes */
    cpu_lanes *dinput;          /* gradient of input; the layer writes 0 into absent lanes */
    const float *weight, *bias; /* the layer's parameters; NULL without */
    float *running_mean, *running_var; /* the layer's buffers; NULL without */
    float *dweight,
        *dbias; /* shard 0's sums of gradients; those of shard s lie s x stride floats on */
    size_t stride;
    void *scratch; /* the layer's own, of the size that its row asks for */
};

/* A range of channels of one shard. */
struct cpu_piece {
    size_t shard, begin, end;
};

/* What a layer offers. Functions are called for pieces that cover all shards and channels, in any order and on any thread;
 * all pieces of one function end before the next function starts. NULL: nothing to do. */
struct cpu_layer {
    /* Bytes of scratch for batches of up to ${shards} shards; NULL: none. */
    size_t (*scratch)(const struct weft_layer *layer, size_t shards);
    /* Before forward, when task->batch_statistics: pieces of output channels. */
    void (*measure)(const struct cpu_task *task, struct cpu_piece piece);
    /* After measure, once, on one thread. */
    void (*settle)(const struct cpu_task *task);
    /* Writes the output: pieces of output channels. Without it the output is the input. */
    void (*forward)(const struct cpu_task *task, struct cpu_piece piece);
    /* Writes the sums of gradients of parameters over a shard: pieces of output channels. */
    void (*gradients)(const struct cpu_task *task, struct cpu_piece piece);
    /* Writes the gradient of the input, after gradients: pieces of input channels. */
    void (*backward)(const struct cpu_task *task, struct cpu_piece piece);
};

/* The input from bytes: images order[0 .. count - 1] as ${table} values; absent lanes 0. */
struct cpu_gather {
    const uint8_t *pixels;
    const uint32_t *order;
    const float *table; /* 256 */
    size_t size, count;
    cpu_lanes *input;
};

/* Softmax cross entropy over ${classes} logits: [shard][class] lanes. */
struct cpu_loss {
    size_t classes, count;
    const cpu_lanes *logits;
    const uint8_t *labels; /* of the data set */
    const uint32_t *order; /* the batch's images in it */
    cpu_lanes *dlogits;    /* gradient of the sum of losses, or NULL */
    float *losses;         /* of each image, or NULL */
    uint32_t *predictions; /* of each image, or NULL */
    float *shard_loss;     /* sum over each shard, or NULL */
    uint32_t *shard_correct;
};

/* One step of Adam for parameters begin .. end - 1. */
struct cpu_adam {
    struct weft_adam step;
    float scale;           /* 1 / images: gradients are of the mean loss */
    const float *partials; /* [shard][stride] */
    size_t shards, stride;
    float *gradients;
    float *parameters, *moments, *second_moments; /* NULL: only the gradients are wanted */
};

/* All that is compiled for one level of vector instructions. */
struct cpu_level {
    const struct cpu_layer *layers[WEFT_KIND_COUNT];
    void (*gather)(const struct cpu_gather *gather, size_t shard);
    void (*cross_entropy)(const struct cpu_loss *loss, size_t shard);
    void (*adam)(const struct cpu_adam *adam, size_t begin, size_t end);
    float (*peak)(size_t turns); /* peak.c */
    size_t peak_chains;          /* of 16 lanes in it */
};

extern const struct cpu_level weft_cpu_level_0;
extern const struct cpu_level weft_cpu_level_3;
extern const struct cpu_level weft_cpu_level_4;

/* The names of what is compiled more than once end with the level. */
#ifndef WEFT_CPU_LEVEL
#define WEFT_CPU_LEVEL 0
#endif
#define CPU_JOIN_(name, level) weft_cpu_##name##_##level
#define CPU_JOIN(name, level)  CPU_JOIN_(name, level)
#define CPU_NAME(name)         CPU_JOIN(name, WEFT_CPU_LEVEL)

/* What is compiled for this level: see struct cpu_level. */
#define LAYER(KIND, name) extern const struct cpu_layer CPU_NAME(name);
#include "network/layers.def"
void CPU_NAME(gather)(const struct cpu_gather *gather, size_t shard);
void CPU_NAME(cross_entropy)(const struct cpu_loss *task, size_t shard);
void CPU_NAME(adam)(const struct cpu_adam *task, size_t begin, size_t end);

/* Makes ${turns} x CPU_PEAK_CHAINS x 16 fused multiply-adds on registers; returns a number that depends on all of them. */
float CPU_NAME(peak)(size_t turns);
#if WEFT_CPU_LEVEL >= 4
#define CPU_PEAK_CHAINS 12
#else
#define CPU_PEAK_CHAINS 7
#endif

/* Returns the place of channel ${channel} of shard ${shard} in a tensor whose images have ${shape}. */
static inline size_t cpu_channel(struct weft_shape shape, size_t shard, size_t channel) {
    return (shard * shape.channels + channel) * shape.height * shape.width;
}

/* Adds the 16 lanes of ${v} as a tree of halves: lane l and lane l + 8, then l and l + 4, l + 2, l + 1. Destroys ${v}. */
static inline float cpu_sum_lanes(cpu_lanes v) {
    for (size_t half = CPU_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            v[lane] += v[lane + half];
        }
    }
    return v[0];
}

/* out[i] = a x[i] + out[i] for ${count} values of 16 images. */
static inline void cpu_add_scaled(size_t count, float a, const cpu_lanes *x, cpu_lanes *out) {
    const float *from = x[0];
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] = fmaf(a, from[i], to[i]);
    }
}

/* Sets ${count} values of 16 images to ${value}. */
static inline void cpu_fill(size_t count, float value, cpu_lanes *out) {
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] = value;
    }
}

/* Cleans ${count} values of 16 images where they lie (rule 6 of the contract: tiny values become +0). */
static inline void cpu_clean(size_t count, cpu_lanes *out) {
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] = weft_clean(to[i]);
    }
}

#endif

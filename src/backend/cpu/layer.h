/* layer.h: what a layer offers to the CPU backend: plain C, a file a layer, the reference for all
 * other backends.
 *
 * A value here is 16 values, one of each image of a shard (lanes.h), so most loops end in "for each
 * lane". Nothing else is done for speed. Every sum has the order that cl/README.md writes.
 *
 * The layers' files are compiled once for each level of vector instructions (meson.build), because
 * their inner loops need the processor's own fused multiply-add. fmaf is correctly rounded at every
 * level, so all levels give the same bits. */
#ifndef WEFT_CPU_LAYER_H
#define WEFT_CPU_LAYER_H

#include "backend/backend.h"
#include "backend/lanes.h"
#include "backend/watch.h"
#include "network/layer.h"
#include "numerics.h"

/* One value of 16 images. */
typedef float cpu_lanes[CPU_LANES];

/* What a layer's functions work on. Tensors of activations are complete:
 * [shard][channel][row][column] of cpu_lanes. */
struct cpu_task {
    const struct network_layer *layer;
    size_t count;  /* images in this batch */
    size_t shards; /* shards that they make */
    bool
        batch_statistics; /* batch norm measures the batch; false: it uses the running statistics */
    enum statistics_update update; /* of running statistics */
    bool trains;                   /* a pass of a training step: dropout is active */
    uint32_t key[2];               /* of the step (dropout.h) */
    uint32_t number;               /* of the layer in the network, from 1 */
    const cpu_lanes *input;        /* the first one; of all: inputs, in their order */
    const cpu_lanes *inputs[LAYER_INPUTS_MAX];
    struct tensor_shape shapes[LAYER_INPUTS_MAX]; /* of the inputs */
    cpu_lanes *output;
    const cpu_lanes *doutput; /* gradient of the output; 0 in empty lanes */
    size_t which;             /* backward: the input whose gradient is dinput */
    cpu_lanes *dinput; /* what this layer contributes to it; the layer writes 0 into empty lanes */
    /* The values of the layer's tensors, in the order in which declare() of its row in src/network
     * names them; NULL for one that this layer does not have. */
    float *tensor[LAYER_TENSORS_MAX];
    /* The sums of their gradients over shard 0, in the same order; NULL for buffers. See
     * cpu_gradient. */
    float *gradient[LAYER_TENSORS_MAX];
    size_t stride;               /* floats from the sums of one shard to those of the next */
    void *scratch;               /* the layer's own memory, of the size that its row asks for */
    struct watch *long_channels; /* a channel takes long: cpu_go_on asks this; or NULL */
};

/* A range of channels of one shard. */
struct cpu_piece {
    size_t shard, begin, end;
};

/* What a layer offers. Functions are called for pieces that cover all shards and channels, in any
 * order and on any thread; all pieces of one function end before the next function starts. NULL:
 * nothing to do. */
struct cpu_layer {
    /* Bytes of scratch for batches of up to ${shards} shards; NULL: none. */
    size_t (*scratch)(const struct network_layer *layer, size_t shards);
    /* Before forward, when task->batch_statistics: pieces of output channels. */
    void (*measure)(const struct cpu_task *task, struct cpu_piece piece);
    /* After measure, once, on one thread. */
    void (*settle)(const struct cpu_task *task);
    /* Writes the output: pieces of output channels. NULL: the output is the input, in the same
     * memory; if no other layer reads that input, this is true of the gradients, too. */
    void (*forward)(const struct cpu_task *task, struct cpu_piece piece);
    /* Writes the sums of gradients of parameters over a shard: pieces of output channels. */
    void (*gradients)(const struct cpu_task *task, struct cpu_piece piece);
    /* Writes the gradient of an input, after gradients: pieces of its channels. */
    void (*backward)(const struct cpu_task *task, struct cpu_piece piece);
    bool backward_reads_input, backward_reads_output; /* for the bytes in a profile */
    bool keeps_outputs; /* forward writes a word for each output into scratch, backward reads it */
};

/* What is compiled for several levels of vector instructions has the level at the end of its name.
 * CPU_NAME(relu) is cpu_relu_0, compiled for every processor, cpu_relu_3 or cpu_relu_4, compiled
 * for x86-64-v3 or -v4. */
#ifndef WEFT_CPU_LEVEL
#define WEFT_CPU_LEVEL 0
#endif
#define CPU_JOIN_(name, level) cpu_##name##_##level
#define CPU_JOIN(name, level)  CPU_JOIN_(name, level)
#define CPU_NAME(name)         CPU_JOIN(name, WEFT_CPU_LEVEL)

/* The layers at this level. */
#define LAYER(KIND, name) extern const struct cpu_layer CPU_NAME(name);
#include "network/layers.def"

/* Returns the index of the first value of channel ${channel} of shard ${shard} in a tensor whose
 * images have ${shape}. */
static inline size_t cpu_channel(struct tensor_shape shape, size_t shard, size_t channel) {
    return (shard * shape.channels + channel) * shape.height * shape.width;
}

/* Returns the sums of gradients over shard ${shard} of the layer's tensor ${tensor}. */
static inline float *cpu_gradient(const struct cpu_task *task, size_t tensor, size_t shard) {
    return task->gradient[tensor] + shard * task->stride;
}

/* Returns whether a function goes on with a channel, which may take seconds in a large network. If
 * not, it returns at once: nothing that it computed will be used. */
static inline bool cpu_go_on(const struct cpu_task *task) {
    return task->long_channels == NULL || watch_go_on(task->long_channels);
}

/* Adds the 16 lanes of ${v} as a tree of halves: lanes l and l + 8, then l and l + 4, l + 2, l + 1.
 * Destroys ${v}. */
static inline float cpu_sum_lanes(cpu_lanes v) {
    for (size_t half = CPU_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            v[lane] += v[lane + half];
        }
    }
    return v[0];
}

/* out[i] += x[i] for ${count} values of 16 images. */
static inline void cpu_add(size_t count, const cpu_lanes *x, cpu_lanes *out) {
    const float *from = x[0];
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] += from[i];
    }
}

/* out[i] = x[i] for ${count} values of 16 images. */
static inline void cpu_copy(size_t count, const cpu_lanes *x, cpu_lanes *out) {
    const float *from = x[0];
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] = from[i];
    }
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

/* Cleans ${count} values of 16 images in place: magnitudes below 2^-36 become +0 (cl/README.md,
 * section 4). */
static inline void cpu_clean(size_t count, cpu_lanes *out) {
    float *to = out[0];
    for (size_t i = 0; i < count * CPU_LANES; i++) {
        to[i] = weft_clean(to[i]);
    }
}

#endif

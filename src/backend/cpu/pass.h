/* pass.h: the CPU backend's memory, and a batch on its way through the layers. */
#ifndef WEFT_CPU_PASS_H
#define WEFT_CPU_PASS_H

#include "backend/cpu/cpu.h"
#include "os/threads.h"

struct cpu_backend {
    struct weft_backend base;
    const struct cpu_level *level;
    struct os_pool *pool;
    unsigned threads;
    float *arrays[WEFT_ARRAY_COUNT];
    float *partials; /* [shard][parameter]: the shards' sums of gradients */
    cpu_lanes **
        values; /* of each place: 0 the input, i the output of layer i - 1; flatten's is its input's */
    cpu_lanes **dvalues; /* their gradients; NULL each when forward_only */
    void **scratch;      /* of each layer, or NULL */
    float *shard_loss;
    uint32_t *shard_correct;
    uint32_t *identity; /* 0, 1, 2 ...: the order of images in an evaluation's batch */
    uint8_t *pixels[WEFT_SPLIT_COUNT], *labels[WEFT_SPLIT_COUNT];
    float table[256]; /* what a pixel's byte stands for */
};

/* Allocates everything that ${cpu}->base describes. Fails with WEFT_FAILED; cpu_memory_finish is then due all the same. */
enum weft_status cpu_memory_init(struct cpu_backend *cpu, struct weft_error *error);
void cpu_memory_finish(struct cpu_backend *cpu);

/* Fills place 0 from ${pixels} of the images order[0 .. count - 1]. */
void cpu_gather_input(struct cpu_backend *cpu, const uint8_t *pixels, const uint32_t *order,
                      size_t count);

/* Computes all outputs for the ${count} images in place 0. ${update}: running statistics too. */
void cpu_forward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                 bool update);

/* From the gradient in the last place: the partials, and the gradients of all places but the input's, unless ${to_input}. */
void cpu_backward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                  bool to_input);

/* Cross entropy of ${count} images in the last place. Fills in the logits, losses by shard, and dlogits if wanted. */
void cpu_cross_entropy(struct cpu_backend *cpu, struct cpu_loss loss);

/* Joins the partials of ${count} images, times ${scale}, to gradients; with ${step} not NULL also a step of Adam. */
void cpu_adam_step(struct cpu_backend *cpu, size_t count, float scale,
                   const struct weft_adam *step);

/* ---- profile.c ---- */

/* What is timed: the functions of struct cpu_layer, layer by layer, and then those of no layer. */
enum cpu_function {
    CPU_MEASURE,
    CPU_SETTLE,
    CPU_FORWARD,
    CPU_GRADIENTS,
    CPU_BACKWARD,
    CPU_LAYER_FUNCTIONS
};
enum cpu_common { CPU_GATHER, CPU_LOSS, CPU_ADAM, CPU_COMMON_COUNT };

/* Adds what took place since ${start} (os_seconds) to the profile, if there is one: a function of the layer of ${task}, or a
 * common one for ${count} images. */
void cpu_profile_layer(struct cpu_backend *cpu, const struct cpu_task *task,
                       enum cpu_function function, double start);
void cpu_profile_common(struct cpu_backend *cpu, enum cpu_common function, size_t count,
                        double start);

/* The entries profile_start and peak of struct backend_ops. */
enum weft_status cpu_profile_start(struct weft_backend *backend, struct weft_error *error);
enum weft_status cpu_peak(struct weft_backend *backend, struct weft_peak *peak,
                          struct weft_error *error);

#endif

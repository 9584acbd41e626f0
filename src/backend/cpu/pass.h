/* pass.h: a batch on its way through the layers and back, and the time that it takes. */
#ifndef WEFT_CPU_PASS_H
#define WEFT_CPU_PASS_H

#include "backend/cpu/state.h"

/* Fills the input from images of set ${set}: those of ${images}.order, changed by its changes, of
 * its count; the order counts from image ${first}. */
void cpu_gather_input(struct cpu_backend *cpu, size_t set, size_t first, struct cpu_gather images);

/* Computes all outputs for the ${count} images of the input. ${update}: of running statistics,
 * with the batch's. */
void cpu_forward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                 enum statistics_update update);

/* Computes the partials and the gradients of all activations from the gradient of the output; that
 * of the input only with ${to_input}. */
void cpu_backward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                  bool to_input);

/* Returns the work (watch.h) of a step for ${count} images, or, without ${train}, of a pass. */
uint64_t cpu_work(const struct cpu_backend *cpu, size_t count, bool train);

/* Computes the cross entropy of ${loss}.count images. Sets loss.classes, logits, shard_loss and
 * shard_correct itself. */
void cpu_cross_entropy(struct cpu_backend *cpu, struct cpu_loss loss);

/* Adds the partials of ${count} images: the gradients of the sum of losses. Unless ${update} is
 * NULL, makes them those of the mean loss, and makes the update. */
void cpu_update(struct cpu_backend *cpu, size_t count, const struct update *update);

/* The functions of struct cpu_layer that are timed, layer by layer, and the addition of
 * contributions to a gradient; and those that belong to no layer. */
enum cpu_function {
    CPU_MEASURE,
    CPU_SETTLE,
    CPU_FORWARD,
    CPU_GRADIENTS,
    CPU_BACKWARD,
    CPU_GRADIENT_ADD,
    CPU_LAYER_FUNCTIONS
};
enum cpu_common { CPU_GATHER, CPU_LOSS, CPU_UPDATE, CPU_COMMON_COUNT };

/* Adds the time since ${start} (os_seconds) to the profile, if there is one: of ${function} of the
 * layer of ${task}, or of a common function for ${count} images. */
void cpu_profile_layer(struct cpu_backend *cpu, const struct cpu_task *task,
                       enum cpu_function function, double start);
void cpu_profile_common(struct cpu_backend *cpu, enum cpu_common function, size_t count,
                        double start);

/* The entries profile_start and peak of struct backend_ops. */
enum weft_status cpu_profile_start(struct backend *backend, struct weft_error *error);
enum weft_status cpu_peak(struct backend *backend, struct fma_peak *peak, struct weft_error *error);

#endif

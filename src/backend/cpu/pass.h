/* pass.h: a batch on its way through the layers and back. */
#ifndef WEFT_CPU_PASS_H
#define WEFT_CPU_PASS_H

#include "backend/cpu/state.h"

/* Fills the input from ${pixels} of the images order[0 .. count - 1]. */
void cpu_gather_input(struct cpu_backend *cpu, const uint8_t *pixels, const uint32_t *order,
                      size_t count);

/* Computes all outputs for the ${count} images of the input. ${update}: updates running statistics,
 * too. */
void cpu_forward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                 bool update);

/* Computes the partials and the gradients of all activations from the gradient of the output; that
 * of the input only with ${to_input}. */
void cpu_backward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                  bool to_input);

/* Computes the cross entropy of ${loss}.count images. Sets loss.classes, logits, shard_loss and
 * shard_correct itself. */
void cpu_cross_entropy(struct cpu_backend *cpu, struct cpu_loss loss);

/* Adds the partials of ${count} images, times ${scale}, to gradients; makes a step of Adam unless
 * ${step} is NULL. */
void cpu_adam_step(struct cpu_backend *cpu, size_t count, float scale,
                   const struct weft_adam *step);

#endif

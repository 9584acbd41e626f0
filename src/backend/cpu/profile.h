/* profile.h: the time of each function of each layer, and the peak of all threads. */
#ifndef WEFT_CPU_PROFILE_H
#define WEFT_CPU_PROFILE_H

#include "backend/cpu/state.h"

/* The functions of struct cpu_layer that are timed, layer by layer, and those that belong to no
 * layer. */
enum cpu_function {
    CPU_MEASURE,
    CPU_SETTLE,
    CPU_FORWARD,
    CPU_GRADIENTS,
    CPU_BACKWARD,
    CPU_LAYER_FUNCTIONS
};
enum cpu_common { CPU_GATHER, CPU_LOSS, CPU_ADAM, CPU_COMMON_COUNT };

/* Adds the time since ${start} (os_seconds) to the profile, if there is one: of ${function} of the
 * layer of ${task}, or of a common function for ${count} images. */
void cpu_profile_layer(struct cpu_backend *cpu, const struct cpu_task *task,
                       enum cpu_function function, double start);
void cpu_profile_common(struct cpu_backend *cpu, enum cpu_common function, size_t count,
                        double start);

/* The entries profile_start and peak of struct backend_ops. */
enum weft_status cpu_profile_start(struct weft_backend *backend, struct weft_error *error);
enum weft_status cpu_peak(struct weft_backend *backend, struct weft_peak *peak,
                          struct weft_error *error);

#endif

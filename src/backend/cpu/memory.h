/* memory.h: the memory of the CPU backend: flat arrays, activations and their gradients. */
#ifndef WEFT_CPU_MEMORY_H
#define WEFT_CPU_MEMORY_H

#include "backend/cpu/state.h"

/* Makes all memory that the network and the batch of ${cpu} need, set to zero. Fails with
 * WEFT_NO_MEMORY, or when the caller is interrupted. cpu_memory_finish frees it, also after a
 * failure. */
enum weft_status cpu_memory_init(struct cpu_backend *cpu, struct weft_error *error);
void cpu_memory_finish(struct cpu_backend *cpu);

#endif

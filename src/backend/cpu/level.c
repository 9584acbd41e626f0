/* level.c: the table of all that is compiled for this level of vector instructions. */
#include "backend/cpu/level.h"

#define LAYER(KIND, name) [WEFT_KIND_##KIND] = &CPU_NAME(name),
const struct cpu_level CPU_NAME(level) = {
    .layers =
        {
#include "network/layers.def"
        },
    .gather = CPU_NAME(gather),
    .cross_entropy = CPU_NAME(cross_entropy),
    .adam = CPU_NAME(adam),
    .peak = CPU_NAME(peak),
    .peak_chains = CPU_PEAK_CHAINS,
};

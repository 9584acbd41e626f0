/* level.c: the table of what is compiled for this level of vector instructions. */
#include "backend/cpu/cpu.h"

const struct cpu_level CPU_NAME(level) = {
    .rows =
        {
            [WEFT_CONV2D] = &CPU_NAME(conv2d),
            [WEFT_MAX_POOL2D] = &CPU_NAME(max_pool2d),
            [WEFT_RELU] = &CPU_NAME(relu),
            [WEFT_BATCH_NORM] = &CPU_NAME(batch_norm),
            [WEFT_FLATTEN] = &CPU_NAME(flatten),
            [WEFT_LINEAR] = &CPU_NAME(linear),
        },
    .gather = CPU_NAME(gather),
    .cross_entropy = CPU_NAME(cross_entropy),
    .adam = CPU_NAME(adam),
    .peak = CPU_NAME(peak),
    .peak_chains = CPU_PEAK_CHAINS,
};

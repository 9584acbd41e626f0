/* gather.c: the images of a batch, from the bytes of the data set into lanes. */
#include "backend/cpu/level.h"

void CPU_NAME(gather)(const struct cpu_gather *gather, size_t shard) {
    size_t present = lanes_shard_images(gather->count, shard);
    cpu_lanes *input = gather->input + shard * gather->size;
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        const uint8_t *pixels =
            lane < present ? gather->pixels + gather->order[shard * CPU_LANES + lane] * gather->size
                           : NULL;
        for (size_t i = 0; i < gather->size; i++) {
            input[i][lane] = pixels != NULL ? gather->table[pixels[i]] : 0.0f;
        }
    }
}

/* lanes.c: from images to shards of 16 adjacent images, and back. */
#include "backend/lanes.h"
#include "numerics.h"

void lanes_pack(const float *images, size_t count, size_t size, float *lanes) {
    for (size_t shard = 0; shard < lanes_shards(count); shard++) {
        size_t present = lanes_shard_images(count, shard);
        for (size_t i = 0; i < size; i++) {
            float *to = lanes + (shard * size + i) * CPU_LANES;
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                to[lane] = lane < present
                               ? weft_clean(images[(shard * CPU_LANES + lane) * size + i])
                               : 0.0f;
            }
        }
    }
}

void lanes_unpack(const float *lanes, size_t count, size_t size, float *images) {
    for (size_t n = 0; n < count; n++) {
        const float *from = lanes + (n / CPU_LANES) * size * CPU_LANES + n % CPU_LANES;
        for (size_t i = 0; i < size; i++) {
            images[n * size + i] = from[i * CPU_LANES];
        }
    }
}

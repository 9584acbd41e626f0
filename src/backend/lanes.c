/* lanes.c: between images in a row and shards of 16 side by side. */
#include "backend/lanes.h"

void weft_lanes_pack(const float *images, size_t count, size_t size, float *lanes) {
    for (size_t shard = 0; shard < weft_shards(count); shard++) {
        size_t present = weft_shard_images(count, shard);
        for (size_t i = 0; i < size; i++) {
            float *to = lanes + (shard * size + i) * WEFT_LANES;
            for (size_t lane = 0; lane < WEFT_LANES; lane++) {
                to[lane] = lane < present ? images[(shard * WEFT_LANES + lane) * size + i] : 0.0f;
            }
        }
    }
}

void weft_lanes_unpack(const float *lanes, size_t count, size_t size, float *images) {
    for (size_t n = 0; n < count; n++) {
        const float *from = lanes + (n / WEFT_LANES) * size * WEFT_LANES + n % WEFT_LANES;
        for (size_t i = 0; i < size; i++) {
            images[n * size + i] = from[i * WEFT_LANES];
        }
    }
}

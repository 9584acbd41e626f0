/* lanes.h: shards of 16 images, the unit in which every sum over a batch is written
 * (cl/README.md). */
#ifndef WEFT_LANES_H
#define WEFT_LANES_H

#include <stddef.h>

#define CPU_LANES 16

/* Returns the shards that ${count} images make. */
static inline size_t lanes_shards(size_t count) {
    return (count + CPU_LANES - 1) / CPU_LANES;
}

/* Returns the images in shard ${shard} of ${count} images: 16, or what is left in the last. */
static inline size_t lanes_shard_images(size_t count, size_t shard) {
    size_t left = count - shard * CPU_LANES;
    return left < CPU_LANES ? left : CPU_LANES;
}

/* Lays ${count} images of ${size} floats each, [image][size], out as lanes, [shard][size][16].
 * Lanes without image become 0. */
void lanes_pack(const float *images, size_t count, size_t size, float *lanes);

/* The way back. */
void lanes_unpack(const float *lanes, size_t count, size_t size, float *images);

#endif

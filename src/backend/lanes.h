/* lanes.h: shards of 16 images, the unit of all sums over a batch (cl/README.md). */
#ifndef WEFT_BACKEND_LANES_H
#define WEFT_BACKEND_LANES_H

#include <stddef.h>

#define CPU_LANES 16

/* Returns the number of shards of ${count} images. */
static inline size_t lanes_shards(size_t count) {
    return (count + CPU_LANES - 1) / CPU_LANES;
}

/* Returns how many of ${count} images are in shard ${shard}: 16, or fewer in the last shard. */
static inline size_t lanes_shard_images(size_t count, size_t shard) {
    size_t left = count - shard * CPU_LANES;
    return left < CPU_LANES ? left : CPU_LANES;
}

/* Copies ${count} images of ${size} floats each, [image][size], to lanes, [shard][size][16].
 * Values are cleaned (cl/README.md, section 4), like all that a backend stores. Empty lanes
 * become 0. */
void lanes_pack(const float *images, size_t count, size_t size, float *lanes);

/* Copies ${count} images back from lanes. */
void lanes_unpack(const float *lanes, size_t count, size_t size, float *images);

#endif

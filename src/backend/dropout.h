/* dropout.h: which values of a training step dropout sets to 0, for all backends.
 *
 * Each step has a key, the first two words of block 0 of RANDOM_DROPOUT under the training's
 * seed, whose subject is the step's number, from 1. The words of the values 4 b to 4 b + 3 of an
 * image are those of the counter (b, index of the image in the batch, number of the layer from 1,
 * 0) under this key (cl/philox.h): value 4 b + j has word j. It is dropped if the upper 24 bits
 * of its word are below the layer's threshold. So the choice does not depend on the device, and
 * backward makes the same one as forward. */
#ifndef WEFT_BACKEND_DROPOUT_H
#define WEFT_BACKEND_DROPOUT_H

#include "base/random.h"
#include "numerics.h"

/* Stores the key of step ${step} of a training with ${seed}. */
static inline void dropout_key(uint64_t seed, uint64_t step, uint32_t key[2]) {
    uint32_t words[4];
    random_draw(seed, RANDOM_DROPOUT, step, 0, words);
    key[0] = words[0];
    key[1] = words[1];
}

/* Returns the threshold of probability ${p}: p 2^24, rounded; 2^24, above all, for p = 1. */
static inline uint32_t dropout_threshold(float p) {
    return (uint32_t)((double)p * 0x1p24 + 0.5);
}

/* Returns the factor of the values that are not dropped; there are none for p = 1. */
static inline float dropout_scale(float p) {
    return p < 1.0f ? weft_div(1.0f, 1.0f - p) : 0.0f;
}

#endif

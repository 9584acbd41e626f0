/* random.h: a counter-based generator of random integers, the same on every machine.
 *
 * Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC
 * 2011): a keyed bijection of 128-bit counters. It has no state: numbers can be drawn in any order
 * and by any thread. */
#ifndef WEFT_BASE_RANDOM_H
#define WEFT_BASE_RANDOM_H

#include <stdint.h>

/* The purpose of the numbers: two domains never use the same counter. */
enum random_domain {
    RANDOM_INITIAL = 0,  /* initial values; subject: an index into network->tensors */
    RANDOM_SHUFFLE = 1,  /* orders of images; subject: the epoch */
    RANDOM_VERIFY = 2,   /* values of verify_device; subject: an array or image */
    RANDOM_DROPOUT = 3,  /* keys of dropout; subject: the step */
    RANDOM_HOLD_OUT = 4, /* the images of a test set; subject: an image */
    RANDOM_AUGMENT = 5   /* changes of images (train/augment.h); subject: two for each epoch */
};

/* Stores the four words of block ${block} of ${subject} in ${domain} under ${seed} in ${words}. The
 * key is the seed, low word first; the counter is (block, low word of subject, high word of
 * subject, domain). All words are uniform over 32 bits. */
void random_draw(uint64_t seed, enum random_domain domain, uint64_t subject, uint32_t block,
                 uint32_t words[4]);

/* The generator itself: ${words} is ${counter} under ${key}. */
void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

#endif

/* random.h: a counter-based generator of random integers, the same on every machine.
 *
 * Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): a keyed bijection
 * of 128-bit counters. There is no state: any number can be had at once, in any order and on any thread. */
#ifndef WEFT_BASE_RANDOM_H
#define WEFT_BASE_RANDOM_H

#include <stdint.h>

/* What the numbers are for: numbers of two domains never come from the same counter. */
enum random_domain {
    RANDOM_INITIAL = 0, /* initial values; subject: the tensor's place in network->tensors */
    RANDOM_SHUFFLE = 1, /* orders of images; subject: the epoch */
    RANDOM_VERIFY = 2   /* values of weft_verify; subject: an array or image */
};

/* Writes the four words of block ${block} of ${subject} in ${domain} under ${seed} to ${words}. The key is the seed, low word first; the
 * counter is (block, low word of subject, high word of subject, domain). All words are uniform over 32 bits. */
void random_draw(uint64_t seed, enum random_domain domain, uint64_t subject, uint32_t block,
                 uint32_t words[4]);

/* The generator itself: ${words} is ${counter} under ${key}. */
void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

#endif

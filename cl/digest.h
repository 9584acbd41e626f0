/* digest.h: a digest of words that a device computes with many work-items, and C in one loop, to
 * the same bits.
 *
 * Word i goes into chain i mod WEFT_DIGEST_CHAINS, each chain from its start over its words in
 * order; then the chains go into one word, in order. Each step is a bijection of the word and of
 * the chain: a single word that differs always changes the digest. C and OpenCL C compile this same
 * text. It has no part in the contract of bits: it only compares. */
#ifndef WEFT_DIGEST_H
#define WEFT_DIGEST_H

#define WEFT_DIGEST_CHAINS 256
#define WEFT_DIGEST_START  0x9e3779b9u

#if defined(__OPENCL_VERSION__) || defined(__OPENCL_C_VERSION__)
#define WEFT_WORD uint
#else
#include <stdint.h>
#define WEFT_WORD uint32_t
#endif

/* Returns ${chain} with ${word} in it. */
static inline WEFT_WORD weft_digest_mix(WEFT_WORD chain, WEFT_WORD word) {
    chain = (chain ^ word) * 0x9e3779b9u;
    return chain ^ (chain >> 15);
}

#undef WEFT_WORD

#endif

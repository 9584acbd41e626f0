/* digest.h: a digest of words. A device computes it with many work-items, C in one loop, with the
 * same result.
 *
 * Word i goes into chain i mod WEFT_DIGEST_CHAINS, each chain from its start over its words in
 * order; then the chains go into one word, in order. Each step is a bijection of the word and of
 * the chain: one different word always changes the digest. C and OpenCL C compile the same text. It
 * is not part of the contract of equal bits. */
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

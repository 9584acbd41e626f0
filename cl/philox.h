/* philox.h: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
 * 2, 3" (SC 2011): a keyed bijection of 128-bit counters. C and OpenCL C compile the same text.
 *
 * PHILOX(declaration, name, V) defines declaration void name(x, k0, k1), which replaces the counter
 * x[0 .. 3] by its four words under the key (k0, k1). V is an unsigned integer of 32 bits, or in
 * OpenCL C a vector of them: a counter in each lane, with one key. */
#ifndef WEFT_PHILOX_H
#define WEFT_PHILOX_H

#if defined(__OPENCL_VERSION__) || defined(__OPENCL_C_VERSION__)
#define PHILOX_WORD       uint
#define PHILOX_HIGH(a, b) mul_hi(a, b)
#else
#include <stdint.h>
#define PHILOX_WORD       uint32_t
#define PHILOX_HIGH(a, b) ((uint32_t)((uint64_t)(a) * (b) >> 32))
#endif

/* A round has two products of 32 x 32 bits, with the paper's multipliers; then the golden ratio and
 * sqrt(3) - 1, as 32-bit fractions, are added to the key. */
#define PHILOX(declaration, name, V)                                                               \
    declaration void name(V x[4], PHILOX_WORD k0, PHILOX_WORD k1) {                                \
        for (int round = 0; round < 10; round++) {                                                 \
            const V first = (V)(0xd2511f53u), second = (V)(0xcd9e8d57u);                           \
            const V p_high = PHILOX_HIGH(first, x[0]), p_low = first * x[0];                       \
            const V q_high = PHILOX_HIGH(second, x[2]), q_low = second * x[2];                     \
            x[0] = q_high ^ x[1] ^ (V)(k0);                                                        \
            x[1] = q_low;                                                                          \
            x[2] = p_high ^ x[3] ^ (V)(k1);                                                        \
            x[3] = p_low;                                                                          \
            k0 += 0x9e3779b9u;                                                                     \
            k1 += 0xbb67ae85u;                                                                     \
        }                                                                                          \
    }

#endif

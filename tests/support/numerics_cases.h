/* numerics_cases.h: what the two tests of cl/numerics.h share: the functions by number, and test
 * values. */
#ifndef NUMERICS_CASES_H
#define NUMERICS_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numerics.h"

enum numerics_function {
    CLEAN,
    CLEAN_SQUARED,
    DIV,
    SQRT,
    EXP,
    LOG,
    SIGMOID,
    TANH,
    NUMERICS_FUNCTIONS
};

static const char *const numerics_names[NUMERICS_FUNCTIONS] = {
    "weft_clean", "weft_clean_squared", "weft_div",     "weft_sqrt",
    "weft_exp",   "weft_log",           "weft_sigmoid", "weft_tanh",
};

/* Returns the function's value at ${a}, or at ${a} and ${b}, on the host. */
static inline float numerics_call(enum numerics_function function, float a, float b) {
    switch (function) {
    case CLEAN:
        return weft_clean(a);
    case CLEAN_SQUARED:
        return weft_clean_squared(a);
    case DIV:
        return weft_div(a, b);
    case SQRT:
        return weft_sqrt(a);
    case EXP:
        return weft_exp(a);
    case LOG:
        return weft_log(a);
    case SIGMOID:
        return weft_sigmoid(a);
    default:
        return weft_tanh(a);
    }
}

/* Bits of special values. Each is tested with both signs. */
static const uint32_t numerics_magnitudes[] = {
    0x00000000, 0x00000001, 0x003fffff, 0x007fffff,             /* zero and denormals */
    0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x01800000, /* the smallest normal ones */
    0x1b7fffff, 0x1b800000, 0x1b800001, 0x1f800000,             /* 2^-72, 2^-64 */
    0x2d7fffff, 0x2d800000, 0x2d800001, 0x33800000,             /* 2^-36, 2^-24 */
    0x3effffff, 0x3f000000, 0x3f0ccccc, 0x3f0ccccd,             /* 1/2, around 0.55 */
    0x3f3504f2, 0x3f3504f3, 0x3f3504f4,                         /* sqrt(1/2) */
    0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fb504f3, 0x3fb504f4, /* 1, sqrt(2) */
    0x3ffffffe, 0x3fffffff, 0x40000000, 0x402df854, 0x40490fdb, /* 2, e, pi */
    0x42aeac4f, 0x42aeac50, 0x42b17217, 0x42b17218, 0x42d00000, /* around the ends of exp */
    0x4b7fffff, 0x4b800000, 0x5f800000, 0x7e7fffff, 0x7e800000, /* 2^24, 2^64, 2^126 */
    0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000,             /* the largest, infinity */
    0x7f800001, 0x7fc00000, 0x7fffffff,                         /* NaN */
};

#define NUMERICS_SPECIALS (2 * sizeof numerics_magnitudes / sizeof numerics_magnitudes[0])

/* Returns special value ${i} of NUMERICS_SPECIALS. */
static inline float numerics_special(size_t i) {
    return weft_as_float(numerics_magnitudes[i / 2] | (i % 2 != 0 ? 0x80000000u : 0u));
}

/* Returns 64 random bits: splitmix64. ${state} may start with any value. */
static inline uint64_t numerics_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Chooses ${a} and ${b} from [1, 2) so that a / b is as close as possible, or almost, to the
 * midpoint of two floats.
 *
 * Let A and B be the mantissas as integers of 24 bits, and p = 25 if a < b, otherwise 24. The
 * midpoints are M / 2^p with an odd M, and 2^p A - M B = c is never 0. So the closest have c = +-1:
 * A = c / 2^p modulo B, for odd B; an odd c makes M odd. */
static inline void numerics_hard_quotient(uint64_t *state, float *a, float *b) {
    for (;;) {
        const uint64_t random = numerics_random(state);
        const uint32_t modulus = (uint32_t)(random & 0x7fffff) | 0x800001;
        const uint32_t c = (uint32_t)(random >> 24 & 6) + 1;
        const bool smaller = random >> 32 & 1, negative = random >> 33 & 1;
        uint32_t x = negative ? modulus - c : c;
        for (int i = 0; i < (smaller ? 25 : 24); i++) {
            x = (x % 2 == 0 ? x : x + modulus) / 2;
        }
        x += smaller ? 0 : modulus;
        if (x < 0x800000 || x > 0xffffff) {
            continue;
        }
        *a = weft_as_float(0x3f800000 | (x & 0x7fffff));
        *b = weft_as_float(0x3f800000 | (modulus & 0x7fffff));
        return;
    }
}

#endif

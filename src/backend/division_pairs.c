/* division_pairs.c: see division_pairs.h. */
#include "backend/division_pairs.h"
#include "numerics.h"

#include <math.h>

#define QUOTIENTS 192 /* the first: hard quotients */
#define ROOTS     128 /* then hard roots, special values, and random values */

static const float special[] = {
    0,        1,         -1, 2, 3, 0x1p-36f, -0x1p-60f, 0x1p60f, 0x1.fffffep0f, 0x1.000002p0f,
    INFINITY, -INFINITY, NAN};

#define SPECIAL (sizeof special / sizeof special[0])

static uint32_t next(uint32_t *state) {
    return *state = *state * 1664525u + 1013904223u;
}

/* Stores a pair with 2^25 a / b = n + k / b, n odd and k small, in integers of 24 bits: the
 * midpoint of two floats is k / (2 b) of their distance away, and no odd b allows less than k = 1.
 * a is k / 2^25 modulo b, by 25 halvings. Every eighth b is the one before 2, the hardest for
 * Newton's method. */
static void hard_quotient(uint32_t *state, float *a, float *b) {
    for (;;) {
        const uint32_t random = next(state);
        const uint32_t divisor = random >> 29 == 0 ? 0xffffffu : 0x800001u | (random >> 9 << 1);
        const uint32_t k = next(state) >> 16 & 7, rest = random & 1 ? divisor - k : k;
        uint32_t dividend = rest;
        for (int i = 0; i < 25; i++) {
            dividend = dividend % 2 == 0 ? dividend / 2 : (dividend + divisor) / 2;
        }
        if (dividend >= 0x800000u && (((uint64_t)dividend << 25) - rest) / divisor % 2 == 1) {
            *a = ldexpf((float)dividend, (int)(random >> 3 & 31) - 40);
            *b = ldexpf((float)divisor, (int)(random >> 8 & 31) - 40);
            return;
        }
    }
}

/* Returns m 2^24, times a power of 4, with n^2 + n = m 2^24 + c, n of 24 bits and c small: its root
 * is about n + 1/2 - c / (2 n). n^2 + n - c, of an even c, is made a multiple of 2^24 bit by
 * bit. */
static float hard_root(uint32_t i) {
    const uint32_t c = 2 * (i - ROOTS / 2);
    uint32_t n = 0;
    uint64_t product;
    for (uint32_t bit = 2; bit < 0x1000000u; bit *= 2) {
        n |= (n * n + n - c) & bit;
    }
    n = n < 0x800000u ? 0xffffffu - n : n;
    product = (uint64_t)n * n + n - (uint64_t)(int64_t)(int32_t)c;
    return ldexpf((float)(product >> 24), 2 * (int)(i % 16) - 40);
}

void division_pairs_fill(float *a, float *b) {
    uint32_t state = 1;
    for (uint32_t i = 0; i < DIVISION_PAIRS; i++) {
        const uint32_t from = i - QUOTIENTS - ROOTS;
        /* an exponent of -16 to 15, any mantissa */
        a[i] = weft_as_float((next(&state) >> 4 & 0x0fffffffu) % 0x10000000u + 0x37800000u);
        b[i] = weft_as_float((next(&state) >> 4 & 0x0fffffffu) % 0x10000000u + 0x37800000u);
        if (i < QUOTIENTS) {
            hard_quotient(&state, &a[i], &b[i]);
        } else if (i < QUOTIENTS + ROOTS) {
            a[i] = hard_root(i - QUOTIENTS);
        } else if (from < SPECIAL * SPECIAL) {
            a[i] = special[from / SPECIAL];
            b[i] = special[from % SPECIAL];
        }
    }
}

static bool is_right(float got, float expected) {
    return weft_as_uint(got) == weft_as_uint(expected) || (got == 0 && expected == 0) ||
           (isnan(got) && isnan(expected));
}

bool division_is_right(float a, float b, float quotient, float root) {
    return is_right(quotient, weft_div(a, b)) && is_right(root, weft_sqrt(a));
}

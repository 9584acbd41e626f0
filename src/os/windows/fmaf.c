/* fmaf.c: a correctly rounded fmaf that replaces the one of the library of mingw-w64.
 *
 * That one rounds twice: of 60 million random arguments, it got 11 million wrong (version 10), and
 * weft verify reports it (src/verify/reference.c). Code for processors with an fma instruction does
 * not call this function. */
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The product is exact in double. Its sum with ${c}, rounded to odd in double, rounds to the right
 * float: of the two doubles around the exact sum, the one with an odd last bit is taken, which is
 * neither a float nor the middle of two floats. */
float fmaf(float a, float b, float c) {
    const double product = (double)a * (double)b, sum = product + (double)c;
    const double of_c = sum - product;
    const double error = (product - (sum - of_c)) + ((double)c - of_c); /* exact */
    double odd = sum;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((error < 0.0 || error > 0.0) &&
        (bits & 1) == 0) { /* false for NaN, which infinities give */
        bits += (error > 0.0) == (sum > 0.0) ? UINT64_C(1) : UINT64_MAX;
        memcpy(&odd, &bits, sizeof odd);
    }
    return (float)odd;
}

/* numerics.h: the arithmetic that the contract of equal bits can not leave to a device.
 *
 * C and OpenCL C 1.2 compile this same text and get the same bits from it: it is made of +, -, x and fma of float32 in
 * round-to-nearest-even, comparisons, integer operations and bit casts. NUMERICS.md says what each function promises.
 *
 *   weft_clean(x)          +0 for |x| < 2^-36, else x
 *   weft_clean_squared(x)  +0 for |x| < 2^-72, else x
 *   weft_div(a, b)         a / b, correctly rounded
 *   weft_sqrt(x)           the square root, correctly rounded
 *   weft_exp(x)            e^x
 *   weft_log(x)            the natural logarithm
 *
 * In OpenCL C each also exists for float16, lane by lane: weft_clean16, weft_div16 and so on. The bodies are in
 * numerics_body.h, written once. */
#ifndef WEFT_NUMERICS_H
#define WEFT_NUMERICS_H

/* Values smaller than this are set to 0 where they are stored; NUMERICS.md says why. */
#define WEFT_TINY         0x1p-36f
#define WEFT_TINY_SQUARED 0x1p-72f

/* log(2) as a sum: the first part has 15 bits, so that its product with an exponent is exact. */
#define WEFT_LN2_HIGH 0x1.62e4p-1f
#define WEFT_LN2_LOW  0x1.7f7d1cp-20f

#if defined(__OPENCL_VERSION__) || defined(__OPENCL_C_VERSION__)

#pragma OPENCL FP_CONTRACT OFF

#define WEFT_V       float
#define WEFT_U       uint
#define WEFT_I       int
#define WEFT_AS_V(x) as_float(x)
#define WEFT_AS_U(x) as_uint(x)
#define WEFT_NAME(x) x
#include "numerics_body.h"

#define WEFT_V       float16
#define WEFT_U       uint16
#define WEFT_I       int16
#define WEFT_AS_V(x) as_float16(x)
#define WEFT_AS_U(x) as_uint16(x)
#define WEFT_NAME(x) x##16
#include "numerics_body.h"

#else

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float weft_as_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t weft_as_uint(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define WEFT_V       float
#define WEFT_U       uint32_t
#define WEFT_I       int
#define WEFT_AS_V(x) weft_as_float(x)
#define WEFT_AS_U(x) weft_as_uint(x)
#define WEFT_NAME(x) x
#define fma(x, y, z) fmaf(x, y, z)
#include "numerics_body.h"
#undef fma

#endif

#endif

/* numerics.h: the arithmetic that the contract of equal bits cannot leave to a device.
 *
 * C and OpenCL C 1.2 compile the same text, with the same results: it consists of +, -, x and fma
 * of float32 in round-to-nearest-even, comparisons, integer operations and bit casts.
 *
 *   weft_clean(x)          +0 where |x| < 2^-36, else x
 *   weft_clean_squared(x)  +0 where |x| < 2^-72, else x
 *   weft_div(a, b)         a / b, correctly rounded
 *   weft_sqrt(x)           the square root of x, correctly rounded
 *   weft_exp(x)            e^x, with an error below 0.66 ulp
 *   weft_log(x)            the natural logarithm of x, with an error below 0.67 ulp
 *   weft_sigmoid(x)        1 / (1 + e^-x), with an error below 2.41 ulp
 *   weft_tanh(x)           the hyperbolic tangent of x, with an error below 1.43 ulp
 *
 * OpenCL C also has each function for float16: weft_clean16, weft_div16 and so on. No function
 * returns a denormal or negative zero, and all treat a denormal as zero. NUMERICS.md has special
 * values, proofs and measurements. The bodies are in numerics_body.h, written once for both
 * types. */
#ifndef WEFT_NUMERICS_H
#define WEFT_NUMERICS_H

/* Stored values with smaller magnitudes become 0, so that no product of two stored values is
 * denormal. */
#define WEFT_TINY 0x1p-36f

/* The same for values that are squares, or products of two. */
#define WEFT_TINY_SQUARED 0x1p-72f

#if defined(__OPENCL_VERSION__) || defined(__OPENCL_C_VERSION__)

#pragma OPENCL FP_CONTRACT OFF

/* WEFT_ALWAYS_INLINE declares functions that become part of their caller: a call makes a device
 * keep the values of a tile in memory. WEFT_INLINE declares all others. In the "gpu" mapping
 * (lanes.h) they become part of their caller, too, since a call costs a GPU much; elsewhere the
 * compiler decides. */
#define WEFT_ALWAYS_INLINE static inline
#if defined(__has_attribute)
#if __has_attribute(always_inline)
#undef WEFT_ALWAYS_INLINE
#define WEFT_ALWAYS_INLINE static inline __attribute__((always_inline))
#endif
#endif
#if ITEM_LANES == 1
#define WEFT_INLINE WEFT_ALWAYS_INLINE
#else
#define WEFT_INLINE static inline
#endif

/* ${a} where ${condition} holds, else ${b}. */
#define WEFT_PICK(condition, a, b) ((condition) ? (a) : (b))

#define WEFT_V       float
#define WEFT_U       uint
#define WEFT_AS_V(u) as_float(u)
#define WEFT_AS_U(v) as_uint(v)
#define WEFT_NAME(x) x
#include "numerics_body.h"

#define WEFT_V       float16
#define WEFT_U       uint16
#define WEFT_AS_V(u) as_float16(u)
#define WEFT_AS_U(v) as_uint16(v)
#define WEFT_NAME(x) x##16
#include "numerics_body.h"

/* The device's own division and root where the host defines DEVICE_DIVISION
 * (src/backend/opencl/division.h), else those above. The results are equal unless an operand or the
 * result is a denormal or negative zero: operands must be clean sums or numbers, and results be
 * cleaned. */
#if DEVICE_DIVISION
#define weft_device_div(a, b)   ((a) / (b))
#define weft_device_div16(a, b) ((a) / (b))
#define weft_device_sqrt(x)     sqrt(x)
#define weft_device_sqrt16(x)   sqrt(x)
#else
#define weft_device_div(a, b)   weft_div(a, b)
#define weft_device_div16(a, b) weft_div16(a, b)
#define weft_device_sqrt(x)     weft_sqrt(x)
#define weft_device_sqrt16(x)   weft_sqrt16(x)
#endif

#else

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
/* x86: -msse2 -mfpmath=sse; s390x: -fexcess-precision=fast */
#error "float is computed with more digits than it has"
#endif

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

/* ${a} where ${condition}, 0 or 1, holds, else ${b}. GCC compiles ?: to branches here and does not
 * vectorise them. */
static inline uint32_t weft_pick(int condition, uint32_t a, uint32_t b) {
    const uint32_t mask = 0u - (uint32_t)condition;
    return (a & mask) | (b & ~mask);
}

#define WEFT_PICK(condition, a, b) weft_pick(condition, a, b)
#define WEFT_INLINE                static inline

#define WEFT_V       float
#define WEFT_U       uint32_t
#define WEFT_AS_V(u) weft_as_float(u)
#define WEFT_AS_U(v) weft_as_uint(v)
#define WEFT_NAME(x) x
#define fma(x, y, z) fmaf(x, y, z)
#include "numerics_body.h"
#undef fma

#endif

#undef WEFT_PICK

#endif

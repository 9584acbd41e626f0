/* gelu.cl: output = x s with s = sigmoid(x (A + B x^2)), A = 2 sqrt(2 / pi) and B = 0.044715 A;
 * dinput = (s + s (1 - s) x (A + 3 B x^2)) doutput. x^2 is at most 2^8 here: s is 0 or 1 from there
 * on, and nothing overflows. */

#define A       REAL(0x1.988454p+0f)
#define B       REAL(0x1.2444f2p-4f)
#define THREE_B REAL(0x1.b6676cp-3f)
#define SQUARE  REAL(0x1p+8f)

WEFT_INLINE real KERNEL(gelu_square)(real x) {
    return select(x * x, SQUARE, x * x > SQUARE);
}

WEFT_INLINE real KERNEL(gelu_sigmoid)(real x) {
    return real_sigmoid(x * real_fma(B, KERNEL(gelu_square)(x), A));
}

WEFT_INLINE real KERNEL(gelu_value)(real x) {
    return real_clean(x * KERNEL(gelu_sigmoid)(x));
}

WEFT_INLINE real KERNEL(gelu_gradient)(real x, real d) {
    const real s = KERNEL(gelu_sigmoid)(x), product = s * (REAL(1.0f) - s) * x;
    const real slope = real_fma(THREE_B, KERNEL(gelu_square)(x), A);
    return real_clean(real_clean(real_fma(product, slope, s)) * d);
}

ELEMENTWISE(gelu)

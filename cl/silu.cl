/* silu.cl: output = x s with s = sigmoid(x); dinput = s (1 + x (1 - s)) doutput. */

WEFT_INLINE real KERNEL(silu_value)(real x) {
    return real_clean(x * real_sigmoid(x));
}

WEFT_INLINE real KERNEL(silu_gradient)(real x, real d) {
    const real s = real_sigmoid(x);
    return real_clean(real_clean(s * real_fma(x, REAL(1.0f) - s, REAL(1.0f))) * d);
}

ELEMENTWISE(silu)

/* sigmoid.cl: output = y = 1 / (1 + e^-input); dinput = y (1 - y) doutput. */

WEFT_INLINE real KERNEL(sigmoid_value)(real x) {
    return real_clean(real_sigmoid(x));
}

WEFT_INLINE real KERNEL(sigmoid_gradient)(real y, real d) {
    return real_clean(real_clean(y * (REAL(1.0f) - y)) * d);
}

ELEMENTWISE(sigmoid)

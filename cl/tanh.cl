/* tanh.cl: output = y = tanh(input); dinput = (1 - y^2) doutput. */

WEFT_INLINE real KERNEL(tanh_value)(real x) {
    return real_tanh(x);
}

WEFT_INLINE real KERNEL(tanh_gradient)(real y, real d) {
    return real_clean(real_fma(-y, y, REAL(1.0f)) * d);
}

ELEMENTWISE(tanh)

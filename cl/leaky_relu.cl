/* leaky_relu.cl: output = input > 0 ? input : NEGATIVE_SLOPE x input. */

WEFT_INLINE real KERNEL(leaky_relu_value)(real x) {
    return select(real_clean(REAL(NEGATIVE_SLOPE) * x), x, x > REAL(0.0f));
}

WEFT_INLINE real KERNEL(leaky_relu_gradient)(real x, real d) {
    return select(real_clean(REAL(NEGATIVE_SLOPE) * d), d, x > REAL(0.0f));
}

ELEMENTWISE(leaky_relu)

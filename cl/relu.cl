/* relu.cl: output = input > 0 ? input : 0. */

WEFT_INLINE real KERNEL(relu_value)(real x) {
    return select(REAL(0.0f), x, x > REAL(0.0f));
}

WEFT_INLINE real KERNEL(relu_gradient)(real x, real d) {
    return select(REAL(0.0f), d, x > REAL(0.0f));
}

ELEMENTWISE(relu)

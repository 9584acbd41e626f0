/* relu.cl: output = input > 0 ? input : 0. An item is PER_ITEM values that lie together. */

kernel void KERNEL(relu_forward)(global const real *input, global real *output) {
    const size_t begin = get_global_id(2) * SIZE + get_global_id(1) * PER_ITEM;
    for (size_t i = begin; i < begin + PER_ITEM; i++) {
        const real x = AT(input, i);
        AT(output, i) = select(REAL(0.0f), x, x > REAL(0.0f));
    }
}

kernel void KERNEL(relu_backward)(global const real *input, global const real *doutput,
                                  global real *dinput) {
    const size_t begin = get_global_id(2) * SIZE + get_global_id(1) * PER_ITEM;
    for (size_t i = begin; i < begin + PER_ITEM; i++) {
        AT(dinput, i) = select(REAL(0.0f), AT(doutput, i), AT(input, i) > REAL(0.0f));
    }
}

/* relu.cl: output = input > 0 ? input : 0. An item is VALUES_PER_ITEM adjacent values. */

void KERNEL(relu_forward)(int item, size_t shard, LANE_MEMORY lanes, global const real *input,
                          global real *output) {
    const size_t begin = shard * SIZE + item * VALUES_PER_ITEM;
    for (size_t i = begin; i < begin + VALUES_PER_ITEM; i++) {
        const real x = AT(input, i);
        AT(output, i) = select(REAL(0.0f), x, x > REAL(0.0f));
    }
}

void KERNEL(relu_backward)(int item, size_t shard, LANE_MEMORY lanes, global const real *input,
                           global const real *doutput, global real *dinput) {
    const size_t begin = shard * SIZE + item * VALUES_PER_ITEM;
    for (size_t i = begin; i < begin + VALUES_PER_ITEM; i++) {
        AT(dinput, i) = select(REAL(0.0f), AT(doutput, i), AT(input, i) > REAL(0.0f));
    }
}

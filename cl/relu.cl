/* relu.cl: output = input > 0 ? input : 0. An item is VALUES_PER_ITEM adjacent values. */

WEFT_INLINE void KERNEL(relu_forward)(int item, int shard, LANE_MEMORY lanes,
                                      global const real *input, global real *output) {
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, IN_SIZE);
    for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {
        const real x = AT(input, i);
        AT(output, i) = select(REAL(0.0f), x, x > REAL(0.0f));
    }
}

WEFT_INLINE void KERNEL(relu_backward)(int item, int shard, LANE_MEMORY lanes,
                                       global const real *input, global const real *doutput,
                                       global real *dinput) {
    input = OF_SHARD(input, IN_SIZE);
    doutput = OF_SHARD(doutput, IN_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
    for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {
        AT(dinput, i) = select(REAL(0.0f), AT(doutput, i), AT(input, i) > REAL(0.0f));
    }
}

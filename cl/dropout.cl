/* dropout.cl: in a training step (trains), output = 0 or input x SCALE, as src/backend/dropout.h
 * chooses for ${layer}, a number; elsewhere output = input. dinput is the same of doutput.
 *
 * An item is VALUES_PER_ITEM adjacent values, a multiple of 4; the last item may have fewer. */

PHILOX(WEFT_INLINE, KERNEL(dropout_words), natural)

WEFT_INLINE void KERNEL(dropout_item)(int item, int shard, global const real *from, global real *to,
                                      int key_low, int key_high, int trains, int layer) {
    const int end = min((item + 1) * VALUES_PER_ITEM, IN_SIZE);
    from = OF_SHARD(from, IN_SIZE);
    to = OF_SHARD(to, IN_SIZE);
    for (int begin = item * VALUES_PER_ITEM; begin < end; begin += 4) {
        natural words[4] = {(natural)(begin / 4), IMAGE_NUMBERS(shard), (natural)(layer),
                            (natural)(0)};
        if (trains) {
            KERNEL(dropout_words)(words, (uint)key_low, (uint)key_high);
        }
        _Pragma("unroll") for (int j = 0; j < 4; j++) {
            if (begin + j < end) {
                const real x = AT(from, begin + j);
                const real kept = select(REAL(0.0f), real_clean(x * REAL(SCALE)),
                                         (integer)(words[j] >> 8 >= (natural)(THRESHOLD)));
                AT(to, begin + j) = trains ? kept : x;
            }
        }
    }
}

WEFT_INLINE void KERNEL(dropout_forward)(int item, int shard, LANE_MEMORY lanes,
                                         global const real *input, global real *output, int key_low,
                                         int key_high, int trains, int layer) {
    KERNEL(dropout_item)(item, shard, input, output, key_low, key_high, trains, layer);
}

WEFT_INLINE void KERNEL(dropout_backward)(int item, int shard, LANE_MEMORY lanes,
                                          global const real *doutput, global real *dinput,
                                          int key_low, int key_high, int trains, int layer) {
    KERNEL(dropout_item)(item, shard, doutput, dinput, key_low, key_high, trains, layer);
}

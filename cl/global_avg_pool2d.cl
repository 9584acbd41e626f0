/* global_avg_pool2d.cl: the mean of each channel: a chain of additions over its rows and columns
 * from 0, then one division.
 *
 * An item of forward is a channel, an item of backward DINPUTS_PER_ITEM values of one row of the
 * input. */

#define PLANE (IN_HEIGHT * IN_WIDTH)

WEFT_INLINE void KERNEL(global_avg_pool2d_forward)(int item, int shard, LANE_MEMORY lanes,
                                                   global const real *input, global real *output) {
    real sum = REAL(0.0f);
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    for (int i = item * PLANE; i < (item + 1) * PLANE; i++) {
        sum += AT(input, i);
    }
    AT(output, item) = real_clean(real_div(sum, REAL((float)PLANE)));
}

WEFT_INLINE void KERNEL(global_avg_pool2d_backward)(int item, int shard, LANE_MEMORY lanes,
                                                    global const real *doutput,
                                                    global real *dinput) {
    const int first = item * DINPUTS_PER_ITEM;
    doutput = OF_SHARD(doutput, OUT_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
    const real d = real_clean(real_div(AT(doutput, first / PLANE), REAL((float)PLANE)));
    for (int i = first; i < first + DINPUTS_PER_ITEM; i++) {
        AT(dinput, i) = d;
    }
}

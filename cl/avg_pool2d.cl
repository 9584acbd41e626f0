/* avg_pool2d.cl: the mean of each window: a chain of additions over its rows and columns from 0,
 * then one division.
 *
 * An item of forward is VALUES_PER_ITEM outputs of one row, an item of backward DINPUTS_PER_ITEM
 * values of one row of the input. */

/* The divisor of window (y, x). */
WEFT_INLINE float KERNEL(avg_pool2d_count)(int y, int x) {
    const int rows = window_end(y, WINDOW_HEIGHT, STRIDE_HEIGHT, PADDING_HEIGHT, IN_HEIGHT) -
                     window_begin(y, STRIDE_HEIGHT, PADDING_HEIGHT);
    const int columns = window_end(x, WINDOW_WIDTH, STRIDE_WIDTH, PADDING_WIDTH, IN_WIDTH) -
                        window_begin(x, STRIDE_WIDTH, PADDING_WIDTH);
    return COUNT_PADDING ? (float)WINDOW_HEIGHT * (float)WINDOW_WIDTH : (float)(rows * columns);
}

WEFT_INLINE void KERNEL(avg_pool2d_forward)(int item, int shard, LANE_MEMORY lanes,
                                            global const real *input, global real *output) {
    const int row = item / (OUT_WIDTH / VALUES_PER_ITEM); /* counted over all channels */
    const int c = row / OUT_HEIGHT, y = row % OUT_HEIGHT;
    const int x0 = item % (OUT_WIDTH / VALUES_PER_ITEM) * VALUES_PER_ITEM;
    const int plane = c * IN_HEIGHT * IN_WIDTH;
    const int top = window_begin(y, STRIDE_HEIGHT, PADDING_HEIGHT);
    const int bottom = window_end(y, WINDOW_HEIGHT, STRIDE_HEIGHT, PADDING_HEIGHT, IN_HEIGHT);
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    for (int x = x0; x < x0 + VALUES_PER_ITEM; x++) {
        const int left = window_begin(x, STRIDE_WIDTH, PADDING_WIDTH);
        const int right = window_end(x, WINDOW_WIDTH, STRIDE_WIDTH, PADDING_WIDTH, IN_WIDTH);
        real sum = REAL(0.0f);
        for (int i = top; i < bottom; i++) {
            for (int j = left; j < right; j++) {
                sum += AT(input, plane + i * IN_WIDTH + j);
            }
        }
        AT(output, row * OUT_WIDTH + x) =
            real_clean(real_div(sum, REAL(KERNEL(avg_pool2d_count)(y, x))));
    }
}

/* dinput: a chain of additions from +0 over the windows of the value, by rows and columns; a term
 * is clean(doutput / count). */
WEFT_INLINE void KERNEL(avg_pool2d_backward)(int item, int shard, LANE_MEMORY lanes,
                                             global const real *doutput, global real *dinput) {
    const int row = item / (IN_WIDTH / DINPUTS_PER_ITEM); /* counted over all channels */
    const int c = row / IN_HEIGHT, y = row % IN_HEIGHT;
    const int x0 = item % (IN_WIDTH / DINPUTS_PER_ITEM) * DINPUTS_PER_ITEM;
    const int plane = c * OUT_HEIGHT * OUT_WIDTH;
    const int first_row = windows_begin(y, WINDOW_HEIGHT, STRIDE_HEIGHT, PADDING_HEIGHT);
    const int end_row = windows_end(y, STRIDE_HEIGHT, PADDING_HEIGHT, OUT_HEIGHT);
    doutput = OF_SHARD(doutput, OUT_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
    for (int x = x0; x < x0 + DINPUTS_PER_ITEM; x++) {
        const int first = windows_begin(x, WINDOW_WIDTH, STRIDE_WIDTH, PADDING_WIDTH);
        const int end = windows_end(x, STRIDE_WIDTH, PADDING_WIDTH, OUT_WIDTH);
        real sum = REAL(0.0f);
        for (int oy = first_row; oy < end_row; oy++) {
            for (int ox = first; ox < end; ox++) {
                const real d = AT(doutput, plane + oy * OUT_WIDTH + ox);
                sum += real_clean(real_div(d, REAL(KERNEL(avg_pool2d_count)(oy, ox))));
            }
        }
        AT(dinput, row * IN_WIDTH + x) = real_clean(sum);
    }
}

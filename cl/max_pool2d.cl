/* max_pool2d.cl: the largest value of each window; of equal ones the first in the order of rows and
 * columns. Padding takes no part.
 *
 * scratch has, for each output and lane, the index of the largest value in its plane of the input.
 * An item of forward is VALUES_PER_ITEM outputs of one row, an item of backward DINPUTS_PER_ITEM
 * values of one row of the input. */

WEFT_INLINE void KERNEL(max_pool2d_forward)(int item, int shard, LANE_MEMORY lanes,
                                            global const real *input, global real *output,
                                            global integer *scratch) {
    const int row = item / (OUT_WIDTH / VALUES_PER_ITEM); /* counted over all channels */
    const int c = row / OUT_HEIGHT, y = row % OUT_HEIGHT;
    const int x0 = item % (OUT_WIDTH / VALUES_PER_ITEM) * VALUES_PER_ITEM;
    const int plane = c * IN_HEIGHT * IN_WIDTH;
    const int top = window_begin(y, STRIDE_HEIGHT, PADDING_HEIGHT);
    const int rows =
        PADDING_HEIGHT == 0
            ? WINDOW_HEIGHT
            : window_end(y, WINDOW_HEIGHT, STRIDE_HEIGHT, PADDING_HEIGHT, IN_HEIGHT) - top;
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    scratch = OF_SHARD(scratch, OUT_SIZE);
    for (int x = x0; x < x0 + VALUES_PER_ITEM; x++) {
        const int left = window_begin(x, STRIDE_WIDTH, PADDING_WIDTH);
        const int columns =
            PADDING_WIDTH == 0
                ? WINDOW_WIDTH
                : window_end(x, WINDOW_WIDTH, STRIDE_WIDTH, PADDING_WIDTH, IN_WIDTH) - left;
        const int corner = top * IN_WIDTH + left;
        real largest = AT(input, plane + corner);
        integer index = (integer)(corner);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                const int at = corner + i * IN_WIDTH + j;
                const real value = AT(input, plane + at);
                index = select(index, (integer)(at), value > largest);
                largest = select(largest, value, value > largest);
            }
        }
        const int to = row * OUT_WIDTH + x;
        AT(output, to) = largest;
        AT(scratch, to) = index;
    }
}

/* dinput: the sum of doutput over the windows that chose this value: a chain from +0 over the rows
 * and columns of the windows. */
WEFT_INLINE void KERNEL(max_pool2d_backward)(int item, int shard, LANE_MEMORY lanes,
                                             global const real *doutput,
                                             global const integer *scratch, global real *dinput) {
    const int row = item / (IN_WIDTH / DINPUTS_PER_ITEM);
    const int c = row / IN_HEIGHT, y = row % IN_HEIGHT;
    const int x0 = item % (IN_WIDTH / DINPUTS_PER_ITEM) * DINPUTS_PER_ITEM;
    const int plane = c * OUT_HEIGHT * OUT_WIDTH;
    const int first_row = windows_begin(y, WINDOW_HEIGHT, STRIDE_HEIGHT, PADDING_HEIGHT);
    const int end_row = windows_end(y, STRIDE_HEIGHT, PADDING_HEIGHT, OUT_HEIGHT);
    doutput = OF_SHARD(doutput, OUT_SIZE);
    scratch = OF_SHARD(scratch, OUT_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
    for (int x = x0; x < x0 + DINPUTS_PER_ITEM; x++) {
        const int first = windows_begin(x, WINDOW_WIDTH, STRIDE_WIDTH, PADDING_WIDTH);
        const int end = windows_end(x, STRIDE_WIDTH, PADDING_WIDTH, OUT_WIDTH);
        real sum = REAL(0.0f);
        for (int oy = first_row; oy < end_row; oy++) {
            for (int ox = first; ox < end; ox++) {
                const int at = plane + oy * OUT_WIDTH + ox;
                sum += select(REAL(0.0f), AT(doutput, at),
                              AT(scratch, at) == (integer)(y * IN_WIDTH + x));
            }
        }
        AT(dinput, row * IN_WIDTH + x) = real_clean(sum);
    }
}

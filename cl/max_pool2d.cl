/* max_pool2d.cl: the largest value of each window; of equal ones the first in the order of rows and columns.
 *
 * scratch holds, for each output and lane, where in its input plane the largest value was.
 * An item of forward is PER_ITEM outputs of one row, an item of backward DPER_ITEM values of one row of the input. */

void KERNEL(max_pool2d_forward)(int item, size_t shard, LANE_ROOM lanes, global const real *input,
                                global real *output, global whole *scratch) {
    const int row = item / (OUT_WIDTH / PER_ITEM); /* counted over all channels */
    const int c = row / OUT_HEIGHT, y = row % OUT_HEIGHT;
    const int x0 = item % (OUT_WIDTH / PER_ITEM) * PER_ITEM;
    const size_t plane = (shard * IN_CHANNELS + c) * IN_HEIGHT * IN_WIDTH;
    for (int x = x0; x < x0 + PER_ITEM; x++) {
        const int corner = y * STRIDE * IN_WIDTH + x * STRIDE;
        real largest = AT(input, plane + corner);
        whole place = (whole)(corner);
        for (int i = 0; i < WINDOW; i++) {
            for (int j = 0; j < WINDOW; j++) {
                const int at = corner + i * IN_WIDTH + j;
                const real value = AT(input, plane + at);
                place = select(place, (whole)(at), value > largest);
                largest = select(largest, value, value > largest);
            }
        }
        const size_t to = (shard * IN_CHANNELS * OUT_HEIGHT + row) * OUT_WIDTH + x;
        AT(output, to) = largest;
        AT(scratch, to) = place;
    }
}

/* dinput: the sum of doutput over the windows that took this value: a chain over the windows' rows and columns from 0. */
void KERNEL(max_pool2d_backward)(int item, size_t shard, LANE_ROOM lanes,
                                 global const real *doutput, global const whole *scratch,
                                 global real *dinput) {
    const int row = item / (IN_WIDTH / DPER_ITEM);
    const int c = row / IN_HEIGHT, y = row % IN_HEIGHT;
    const int x0 = item % (IN_WIDTH / DPER_ITEM) * DPER_ITEM;
    const size_t plane = (shard * IN_CHANNELS + c) * OUT_HEIGHT * OUT_WIDTH;
    const int first_row = y < WINDOW ? 0 : (y - WINDOW) / STRIDE + 1;
    const int end_row = min(y / STRIDE + 1, OUT_HEIGHT);
    for (int x = x0; x < x0 + DPER_ITEM; x++) {
        const int first = x < WINDOW ? 0 : (x - WINDOW) / STRIDE + 1;
        const int end = min(x / STRIDE + 1, OUT_WIDTH);
        real sum = REAL(0.0f);
        for (int oy = first_row; oy < end_row; oy++) {
            for (int ox = first; ox < end; ox++) {
                const size_t at = plane + oy * OUT_WIDTH + ox;
                sum += select(REAL(0.0f), AT(doutput, at),
                              AT(scratch, at) == (whole)(y * IN_WIDTH + x));
            }
        }
        AT(dinput, (shard * IN_CHANNELS * IN_HEIGHT + row) * IN_WIDTH + x) = real_clean(sum);
    }
}

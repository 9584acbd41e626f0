/* fast.cl: --math fast: copies between tensors and the matrices that CLBlast multiplies
 * (src/backend/opencl/clblast/engine.h).
 *
 * A linear layer is the convolution of an image of one pixel with a kernel of one tap. With R =
 * ROWS (channels x taps of the input), A = AREA (pixels of the output), and a chunk of ${shards}
 * shards that begins at shard ${first}, in vectors of 16 lanes:
 *   columns   [R][shards][A]   from the beginning of matrices
 *   features  [K][shards][A]   after them; K: channels of the output
 * An item is COLUMN_VALUES, FEATURE_VALUES or INPUT_VALUES vectors of one shard. */

#define COLUMN(row, at) (((size_t)(row)*shards + get_global_id(2)) * AREA + (at))
#define FEATURE(k, at)  COLUMN(ROWS + (k), at)

/* The row and column of the input that tap ${i}, ${j} of the output (y, x) reads. */
#define INPUT_ROW(y, i)    ((y)*STRIDE_HEIGHT + (i)*DILATION_HEIGHT - PADDING_HEIGHT)
#define INPUT_COLUMN(x, j) ((x)*STRIDE_WIDTH + (j)*DILATION_WIDTH - PADDING_WIDTH)

/* columns[c, i, j][y, x] = input[c][row][column], 0 outside the input */
kernel void KERNEL(fast_columns)(global const real *input, global real *matrices, int first,
                                 int shards) {
    const int begin = get_global_id(1) * COLUMN_VALUES;
    for (int v = begin; v < begin + COLUMN_VALUES; v++) {
        const int row = v / AREA, y = v % AREA / OUT_WIDTH, x = v % OUT_WIDTH;
        const int c = row / (KERNEL_HEIGHT * KERNEL_WIDTH);
        const int i = row / KERNEL_WIDTH % KERNEL_HEIGHT, j = row % KERNEL_WIDTH;
        const size_t channel = (first + get_global_id(2)) * IN_CHANNELS + c;
        const int from_y = INPUT_ROW(y, i), from_x = INPUT_COLUMN(x, j);
        real value = REAL(0.0f);
        if ((uint)from_y < IN_HEIGHT && (uint)from_x < IN_WIDTH) {
            value = AT(input, (channel * IN_HEIGHT + from_y) * IN_WIDTH + from_x);
        }
        AT(matrices, COLUMN(row, v % AREA)) = value;
    }
}

/* output = features + bias; the layer's parameters begin at ${of_layer} */
#if HAS_BIAS
#define SHIFT(k) parameters[of_layer + BIAS + (k)]
#else
#define SHIFT(k) 0.0f
#endif
kernel void KERNEL(fast_output)(global const real *matrices, global const float *parameters,
                                global real *output, int first, int shards, int of_layer) {
    const size_t to = (first + get_global_id(2)) * OUT_CHANNELS * AREA;
    const int begin = get_global_id(1) * FEATURE_VALUES;
    for (int v = begin; v < begin + FEATURE_VALUES; v++) {
        AT(output, to + v) =
            real_clean(AT(matrices, FEATURE(v / AREA, v % AREA)) + REAL(SHIFT(v / AREA)));
    }
}

/* features = doutput */
kernel void KERNEL(fast_features)(global const real *doutput, global real *matrices, int first,
                                  int shards) {
    const size_t from = (first + get_global_id(2)) * OUT_CHANNELS * AREA;
    const int begin = get_global_id(1) * FEATURE_VALUES;
    for (int v = begin; v < begin + FEATURE_VALUES; v++) {
        AT(matrices, FEATURE(v / AREA, v % AREA)) = AT(doutput, from + v);
    }
}

/* dinput[c][row][column] = sum of columns[c, i, j][y, x] over the taps that read it */
kernel void KERNEL(fast_dinput)(global const real *matrices, global real *dinput, int first,
                                int shards) {
    const size_t to = (first + get_global_id(2)) * IN_CHANNELS * IN_HEIGHT * IN_WIDTH;
    const int begin = get_global_id(1) * INPUT_VALUES;
    for (int v = begin; v < begin + INPUT_VALUES; v++) {
        const int c = v / (IN_HEIGHT * IN_WIDTH), y = v / IN_WIDTH % IN_HEIGHT, x = v % IN_WIDTH;
        real sum = REAL(0.0f);
        for (int i = 0; i < KERNEL_HEIGHT; i++) {
            const int above = y - INPUT_ROW(0, i), of_y = above / STRIDE_HEIGHT;
            for (int j = 0; j < KERNEL_WIDTH; j++) {
                const int before = x - INPUT_COLUMN(0, j), of_x = before / STRIDE_WIDTH;
                if (above >= 0 && above % STRIDE_HEIGHT == 0 && of_y < OUT_HEIGHT && before >= 0 &&
                    before % STRIDE_WIDTH == 0 && of_x < OUT_WIDTH) {
                    sum += AT(matrices, COLUMN((c * KERNEL_HEIGHT + i) * KERNEL_WIDTH + j,
                                               of_y * OUT_WIDTH + of_x));
                }
            }
        }
        AT(dinput, to + v) = real_clean(sum);
    }
}

#if HAS_BIAS
/* dbias = sum of doutput over the shard; an item is a channel. */
WEFT_INLINE void KERNEL(fast_dbias)(int item, int shard, LANE_MEMORY lanes,
                                    global const real *doutput, global float *partials) {
    const int k = item;
    real sum = REAL(0.0f);
    doutput = OF_SHARD(doutput, OUT_SIZE);
    for (int i = k * AREA; i < (k + 1) * AREA; i++) {
        sum += AT(doutput, i);
    }
    const float total = SUM_OF_LANES(lanes, sum);
    if (FIRST_LANE == 0) {
        partials[(size_t)shard * PARTIALS_STRIDE + BIAS + k] = total;
    }
}
#endif

/* conv2d.cl: convolution, stride 1, no padding.
 *
 *   output[k][y][x] = bias[k] + sum over c, i, j of weight[k][c][i][j] input[c][y + i][x + j]
 *
 * Tiles, chosen by the host so that they divide the sizes: an item of forward is TILE_K output channels x TILE_X columns, an item of
 * backward DTILE_C input channels x DTILE_X columns, an item of gradients GTILE_K output channels x one row of taps, for which it
 * goes through the columns GTILE_X at a time. */

/* Places in the flat parameters and in the tensors; conv2d_pool.cl uses them too, and the next layer defines them alike. */
#define TAP(k, c, i, j)                                                                            \
    (WEIGHT + ((IN_CHANNELS * (k) + (c)) * KERNEL_HEIGHT + (i)) * KERNEL_WIDTH + (j))
#define IN(c, y, x) (((get_global_id(2) * IN_CHANNELS + (c)) * IN_HEIGHT + (y)) * IN_WIDTH + (x))
#define OUT(k, y, x)                                                                               \
    (((get_global_id(2) * OUT_CHANNELS + (k)) * OUT_HEIGHT + (y)) * OUT_WIDTH + (x))

/* A chain from the bias over c, i, j. */
kernel void KERNEL(conv2d_forward)(global const real *input, global const float *parameters,
                                   global real *output) {
    const int tiles = OUT_WIDTH / TILE_X;
    const int x0 = get_global_id(1) % tiles * TILE_X;
    const int y = get_global_id(1) / tiles % OUT_HEIGHT;
    const int k0 = get_global_id(1) / tiles / OUT_HEIGHT * TILE_K;
    real sum[TILE_K][TILE_X], in[TILE_X + KERNEL_WIDTH - 1];
#pragma unroll
    for (int k = 0; k < TILE_K; k++) {
#pragma unroll
        for (int x = 0; x < TILE_X; x++) {
            sum[k][x] = REAL(parameters[BIAS + k0 + k]);
        }
    }
    for (int c = 0; c < IN_CHANNELS; c++) {
        for (int i = 0; i < KERNEL_HEIGHT; i++) {
#pragma unroll
            for (int x = 0; x < TILE_X + KERNEL_WIDTH - 1; x++) {
                in[x] = RELU(AT(input, IN(c, y + i, x0 + x)));
            }
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
#pragma unroll
                for (int k = 0; k < TILE_K; k++) {
                    const real weight = REAL(parameters[TAP(k0 + k, c, i, j)]);
#pragma unroll
                    for (int x = 0; x < TILE_X; x++) {
                        sum[k][x] = real_fma(weight, in[x + j], sum[k][x]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int k = 0; k < TILE_K; k++) {
#pragma unroll
        for (int x = 0; x < TILE_X; x++) {
            AT(output, OUT(k0 + k, y, x0 + x)) = real_clean(sum[k][x]);
        }
    }
}

/* dinput[c][y][x] = sum of weight[k][c][i][j] doutput[k][y - i][x - j] where that exists: a chain over k, i, j. Columns that do not
 * exist count as 0, which changes no bit of a chain that starts at +0. */
kernel void KERNEL(conv2d_backward)(global const real *input, global const real *doutput,
                                    global const float *parameters, global real *dinput) {
    const int tiles = IN_WIDTH / DTILE_X;
    const int x0 = get_global_id(1) % tiles * DTILE_X;
    const int y = get_global_id(1) / tiles % IN_HEIGHT;
    const int c0 = get_global_id(1) / tiles / IN_HEIGHT * DTILE_C;
    const int first = max(y - OUT_HEIGHT + 1, 0), end = min(y + 1, KERNEL_HEIGHT);
    real sum[DTILE_C][DTILE_X], d[DTILE_X + KERNEL_WIDTH - 1];
#pragma unroll
    for (int c = 0; c < DTILE_C; c++) {
#pragma unroll
        for (int x = 0; x < DTILE_X; x++) {
            sum[c][x] = REAL(0.0f);
        }
    }
    for (int k = 0; k < OUT_CHANNELS; k++) {
        for (int i = first; i < end; i++) {
#pragma unroll
            for (int x = 0; x < DTILE_X + KERNEL_WIDTH - 1; x++) {
                const int column = x0 + x - KERNEL_WIDTH + 1;
                d[x] = REAL(0.0f);
                if (column >= 0 && column < OUT_WIDTH) {
                    d[x] = AT(doutput, OUT(k, y - i, column));
                }
            }
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
#pragma unroll
                for (int c = 0; c < DTILE_C; c++) {
                    const real weight = REAL(parameters[TAP(k, c0 + c, i, j)]);
#pragma unroll
                    for (int x = 0; x < DTILE_X; x++) {
                        sum[c][x] = real_fma(weight, d[x + KERNEL_WIDTH - 1 - j], sum[c][x]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int c = 0; c < DTILE_C; c++) {
#pragma unroll
        for (int x = 0; x < DTILE_X; x++) {
            const size_t at = IN(c0 + c, y, x0 + x);
            AT(dinput, at) = RELU_MASK(real_clean(sum[c][x]), input, at);
        }
    }
}

/* dweight[k][c][i][j] = sum of doutput[k][y][x] input[c][y + i][x + j], dbias[k] = sum of doutput[k][y][x]: in each lane a chain over
 * y, x; then the lanes as a tree. */
kernel void KERNEL(conv2d_gradients)(global const real *input, global const real *doutput,
                                     global float *partials) {
    LOCAL_LANES(lanes, GTILE_K * KERNEL_WIDTH);
    const int i = get_global_id(1) % KERNEL_HEIGHT;
    const int c = get_global_id(1) / KERNEL_HEIGHT % IN_CHANNELS;
    const int k0 = get_global_id(1) / KERNEL_HEIGHT / IN_CHANNELS * GTILE_K;
    real sum[GTILE_K][KERNEL_WIDTH];
#pragma unroll
    for (int k = 0; k < GTILE_K; k++) {
#pragma unroll
        for (int j = 0; j < KERNEL_WIDTH; j++) {
            sum[k][j] = REAL(0.0f);
        }
    }
    for (int y = 0; y < OUT_HEIGHT; y++) {
        for (int x0 = 0; x0 < OUT_WIDTH; x0 += GTILE_X) {
            real in[GTILE_X + KERNEL_WIDTH - 1];
#pragma unroll
            for (int x = 0; x < GTILE_X + KERNEL_WIDTH - 1; x++) {
                in[x] = RELU(AT(input, IN(c, y + i, x0 + x)));
            }
#pragma unroll
            for (int k = 0; k < GTILE_K; k++) {
#pragma unroll
                for (int x = 0; x < GTILE_X; x++) {
                    const real d = AT(doutput, OUT(k0 + k, y, x0 + x));
#pragma unroll
                    for (int j = 0; j < KERNEL_WIDTH; j++) {
                        sum[k][j] = real_fma(d, in[x + j], sum[k][j]);
                    }
                }
            }
        }
    }
    real row[GTILE_K * KERNEL_WIDTH];
    global float *to = partials + get_global_id(2) * PARTIALS;
#pragma unroll
    for (int k = 0; k < GTILE_K; k++) {
#pragma unroll
        for (int j = 0; j < KERNEL_WIDTH; j++) {
            row[k * KERNEL_WIDTH + j] = sum[k][j];
        }
    }
    STORE_LANE_SUMS(lanes, GTILE_K * KERNEL_WIDTH, row,
                    to[TAP(k0 + sum_i / KERNEL_WIDTH, c, i, sum_i % KERNEL_WIDTH)]);
    if (c == 0 && i == 0) {
        for (int k = k0; k < k0 + GTILE_K; k++) {
            real bias = REAL(0.0f);
            for (int at = 0; at < OUT_HEIGHT * OUT_WIDTH; at++) {
                bias += AT(doutput, OUT(k, 0, at));
            }
            const float total = SUM_OF_LANES(lanes, bias);
            if (LANE == 0) {
                to[BIAS + k] = total;
            }
        }
    }
}

/* conv2d_pool.cl: conv2d and the max_pool2d after it in one kernel, for windows that do not
 * overlap. POOLS_RELU: a relu is between them.
 *
 * It writes the output of the pool, and into scratch the index of the largest value in its window,
 * by rows and columns; NONE if that is the 0 of a relu, which has no gradient. Neither the output
 * of the convolution nor its gradient is stored. An item is POOL_K output channels x POOL_X windows
 * of one row. The backward pass is that of conv2d.cl, which reads scratch. */
#include "conv2d.cl"

#define POOL_COLUMNS (POOL_X * WINDOW)
#define NONE         (WINDOW * WINDOW)

WEFT_INLINE void KERNEL(conv2d_pool_forward)(int item, int shard, LANE_MEMORY lanes,
                                             global const real *input,
                                             global const float *parameters, global real *output,
                                             global integer *scratch) {
    const int tiles = COLUMNS / POOL_COLUMNS;
    const int x0 = item % tiles * POOL_COLUMNS;
    const int y0 = item / tiles % (ROWS / WINDOW) * WINDOW;
    const int k0 = item / tiles / (ROWS / WINDOW) * POOL_K;
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, POOL_SIZE);
    scratch = OF_SHARD(scratch, SCRATCH_SIZE);
    real sum[POOL_K][WINDOW][POOL_COLUMNS], in[SLOTS(POOL_COLUMNS)];
#pragma unroll
    for (int k = 0; k < POOL_K; k++) {
#pragma unroll
        for (int y = 0; y < WINDOW; y++) {
#pragma unroll
            for (int x = 0; x < POOL_COLUMNS; x++) {
                sum[k][y][x] = REAL(FIRST(k0 + k));
            }
        }
    }
    for (int c = 0; c < GROUP_INPUTS; c++) {
        for (int i = 0; i < KERNEL_HEIGHT; i++) {
#pragma unroll
            for (int y = 0; y < WINDOW; y++) {
                const INDEX row = INPUT_ROW(y0 + y, i);
                LOAD_INPUTS(in, POOL_COLUMNS, ROW_EXISTS(row), INPUTS_OF(k0) + c, row, x0)
#pragma unroll
                for (int j = 0; j < KERNEL_WIDTH; j++) {
#pragma unroll
                    for (int k = 0; k < POOL_K; k++) {
                        const real weight = REAL(parameters[TAP(k0 + k, c, i, j)]);
#pragma unroll
                        for (int x = 0; x < POOL_COLUMNS; x++) {
                            sum[k][y][x] = real_fma(weight, in[SLOT(x, j)], sum[k][y][x]);
                        }
                    }
                }
            }
        }
    }
#pragma unroll
    for (int k = 0; k < POOL_K; k++) {
#pragma unroll
        for (int p = 0; p < POOL_X; p++) {
            real largest = POOLS_RELU ? REAL(0.0f) : real_clean(sum[k][0][p * WINDOW]);
            integer index = (integer)(POOLS_RELU ? NONE : 0);
#pragma unroll
            for (int y = 0; y < WINDOW; y++) {
#pragma unroll
                for (int x = 0; x < WINDOW; x++) {
                    const real value = real_clean(sum[k][y][p * WINDOW + x]);
                    index = select(index, (integer)(y * WINDOW + x), value > largest);
                    largest = select(largest, value, value > largest);
                }
            }
            const INDEX to = POOL(k0 + k, y0, x0) + p;
            AT(output, to) = largest;
            AT(scratch, to) = index;
        }
    }
}

#if UNPOOLED
/* Writes the gradients of the output of the convolution, which backward reads many times. An item
 * is a channel. */
WEFT_INLINE void KERNEL(conv2d_unpool)(int item, int shard, LANE_MEMORY lanes,
                                       global const real *doutput, global integer *scratch) {
    doutput = OF_SHARD(doutput, POOL_SIZE);
    scratch = OF_SHARD(scratch, SCRATCH_SIZE);
    for (int y0 = 0; y0 < ROWS; y0 += WINDOW) {
        for (int x0 = 0; x0 < COLUMNS; x0 += WINDOW) {
            const real d = AT(doutput, POOL(item, y0, x0));
            const integer index = AT(scratch, POOL(item, y0, x0));
#pragma unroll
            for (int y = 0; y < WINDOW; y++) {
#pragma unroll
                for (int x = 0; x < WINDOW; x++) {
                    AT((global real *)scratch, POOL_SIZE + OUT(item, y0 + y, x0 + x)) =
                        select(REAL(0.0f), d, index == (integer)(y * WINDOW + x));
                }
            }
        }
    }
}
#endif

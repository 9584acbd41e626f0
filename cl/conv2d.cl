/* conv2d.cl: convolution.
 *
 *   output[k][y][x] = bias[k] + sum over c, i, j of
 *     weight[k][c][i][j] input[c][y stride + i dilation - padding][x stride + j dilation - padding]
 *
 * The channels c are those of the group of k, and are counted from the first of them. Without
 * HAS_BIAS, +0 takes the place of the bias. A tap outside the input is omitted, or counts as 0,
 * which changes no bit of a chain that starts at +0 or a clean number (README.md, section 8).
 *
 * The host chooses tiles that divide the sizes. An item of forward is TILE_K output channels x
 * TILE_X columns. The first items of backward are those of the gradients of parameters,
 * GRADIENT_TILE_K output channels x GRADIENT_TILE_I rows of taps; each reads GRADIENT_TILE_X
 * columns at a time. The other items are those of the gradient of the input, DINPUT_TILE_C input
 * channels x DINPUT_PIECES times DINPUT_TILE_X columns.
 *
 * POOLED: a max_pool2d with windows of WINDOW follows (conv2d_pool.cl), and the gradient of the
 * output is read from that of the pool. Only the ROWS x COLUMNS outputs that are in a window are
 * computed: the gradient of the others is +0, and adds nothing to a sum. */

/* Indices into the flat parameters, and into a shard of the tensors, also for conv2d_pool.cl. */
#define TAP(k, c, i, j)                                                                            \
    (WEIGHT + (((INDEX)(k)*GROUP_INPUTS + (c)) * KERNEL_HEIGHT + (i)) * KERNEL_WIDTH + (j))
#define IN(c, y, x)  (((INDEX)(c)*IN_HEIGHT + (y)) * IN_WIDTH + (x))
#define OUT(k, y, x) (((INDEX)(k)*ROWS + (y)) * COLUMNS + (x))

#define GROUP_INPUTS  (IN_CHANNELS / GROUPS)
#define GROUP_OUTPUTS (OUT_CHANNELS / GROUPS)

/* The first channel of the input that output channel ${k} reads, and the reverse. */
#define INPUTS_OF(k)  (GROUPS == 1 ? 0 : (k) / GROUP_OUTPUTS * GROUP_INPUTS)
#define OUTPUTS_OF(c) (GROUPS == 1 ? 0 : (c) / GROUP_INPUTS * GROUP_OUTPUTS)

#if HAS_BIAS
#define FIRST(k) parameters[BIAS + (k)]
#else
#define FIRST(k) 0.0f
#define BIAS     0 /* where no gradient is stored */
#endif

/* The gradient of output[k][y][x]. */
#if POOLED
#define ROWS    (OUT_HEIGHT / WINDOW * WINDOW)
#define COLUMNS (OUT_WIDTH / WINDOW * WINDOW)
#define POOL(k, y, x)                                                                              \
    (((INDEX)(k) * (ROWS / WINDOW) + (y) / WINDOW) * (COLUMNS / WINDOW) + (x) / WINDOW)
#define POOL_SIZE    (OUT_CHANNELS * (ROWS / WINDOW) * (COLUMNS / WINDOW))
#define SCRATCH_SIZE (POOL_SIZE + (UNPOOLED ? OUT_CHANNELS * ROWS * COLUMNS : 0))
#if UNPOOLED /* conv2d_unpool has written it */
#define DOUTPUT(k, y, x) AT((global const real *)indices, POOL_SIZE + OUT(k, y, x))
#else
#define DOUTPUT(k, y, x)                                                                           \
    select(REAL(0.0f), AT(doutput, POOL(k, y, x)),                                                 \
           AT(indices, POOL(k, y, x)) == (integer)((y) % WINDOW * WINDOW + (x) % WINDOW))
#endif
#define DOUTPUT_PARAMETERS global const real *doutput, global const integer *indices
#define DOUTPUT_ARGUMENTS  doutput, indices
#define DOUTPUT_OF_SHARD   OF_SHARD(doutput, POOL_SIZE), OF_SHARD(indices, SCRATCH_SIZE)
#else
#define ROWS               OUT_HEIGHT
#define COLUMNS            OUT_WIDTH
#define DOUTPUT(k, y, x)   AT(doutput, OUT(k, y, x))
#define DOUTPUT_PARAMETERS global const real *doutput
#define DOUTPUT_ARGUMENTS  doutput
#define DOUTPUT_OF_SHARD   OF_SHARD(doutput, OUT_SIZE)
#endif

/* The row of the input that the taps ${i} of output row ${y} read, and whether it exists. */
#define INPUT_ROW(y, i) ((y)*STRIDE_HEIGHT + (i)*DILATION_HEIGHT - PADDING_HEIGHT)
#define ROW_EXISTS(row) (PADDING_HEIGHT == 0 || (uint)(row) < IN_HEIGHT)

/* A work-item keeps the inputs that a row of taps of some outputs side by side reads: tap j of
 * output x, both counted from 0, reads slot SLOT(x, j), and this is INPUT_COLUMN(slot) columns from
 * the first. Neighbouring outputs share slots if their taps have no gaps. */
#define SHARED         (DILATION_WIDTH == 1 && STRIDE_WIDTH <= KERNEL_WIDTH)
#define SLOT(x, j)     ((x) * (SHARED ? STRIDE_WIDTH : KERNEL_WIDTH) + (j))
#define SLOTS(outputs) (SLOT((outputs)-1, KERNEL_WIDTH - 1) + 1)
#define INPUT_COLUMN(slot)                                                                         \
    (SHARED ? (slot)                                                                               \
            : (slot) / KERNEL_WIDTH * STRIDE_WIDTH + (slot) % KERNEL_WIDTH * DILATION_WIDTH)

/* Loads the slots of ${outputs} outputs from ${x0} on, a multiple of ${outputs}, from a row of
 * channel ${c}. Only the first and the last slots can be outside the input, so that the others cost
 * nothing. If the row does not exist, ${exists}, all are 0. (In a function, the compiler would
 * unroll the loop too late to keep the values in registers.) */
#define LAST_COLUMN(outputs, slot)                                                                 \
    ((COLUMNS - (outputs)) * STRIDE_WIDTH + INPUT_COLUMN(slot) - PADDING_WIDTH)
#define ALWAYS_INSIDE(outputs, slot)                                                               \
    (INPUT_COLUMN(slot) >= PADDING_WIDTH && LAST_COLUMN(outputs, slot) < IN_WIDTH)
#define LOAD_INPUTS(in, outputs, exists, c, row, x0)                                               \
    _Pragma("unroll") for (int slot = 0; slot < SLOTS(outputs); slot++) {                          \
        const INDEX column = (x0)*STRIDE_WIDTH + INPUT_COLUMN(slot) - PADDING_WIDTH;               \
        in[slot] = REAL(0.0f);                                                                     \
        if ((exists) && (ALWAYS_INSIDE(outputs, slot) || (uint)column < IN_WIDTH)) {               \
            in[slot] = RELU(AT(input, IN(c, row, column)));                                        \
        }                                                                                          \
    }

/* A chain from the bias over c, i, j. */
WEFT_INLINE void KERNEL(conv2d_forward)(int item, int shard, LANE_MEMORY lanes,
                                        global const real *input, global const float *parameters,
                                        global real *output) {
    const int tiles = COLUMNS / TILE_X;
    const int x0 = item % tiles * TILE_X;
    const int y = item / tiles % ROWS;
    const int k0 = item / tiles / ROWS * TILE_K;
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    real sum[TILE_K][TILE_X], in[SLOTS(TILE_X)];
#pragma unroll
    for (int k = 0; k < TILE_K; k++) {
#pragma unroll
        for (int x = 0; x < TILE_X; x++) {
            sum[k][x] = REAL(FIRST(k0 + k));
        }
    }
    for (int c = 0; c < GROUP_INPUTS; c++) {
        for (int i = 0; i < KERNEL_HEIGHT; i++) {
            const INDEX row = INPUT_ROW(y, i);
            if (!ROW_EXISTS(row)) {
                continue;
            }
            LOAD_INPUTS(in, TILE_X, true, INPUTS_OF(k0) + c, row, x0)
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
#pragma unroll
                for (int k = 0; k < TILE_K; k++) {
                    const real weight = REAL(parameters[TAP(k0 + k, c, i, j)]);
#pragma unroll
                    for (int x = 0; x < TILE_X; x++) {
                        sum[k][x] = real_fma(weight, in[SLOT(x, j)], sum[k][x]);
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

/* Tap j of input x reads the gradient of output (x + padding - j dilation) / stride, if that is an
 * integer. A work-item keeps those of some inputs side by side from x0 on: tap j of input x0 + x
 * reads slot DSLOT(x, j), and DCOLUMN(slot) is that quotient.
 *
 * EXISTS: the output has a column ${x}. DIVIDES: the dividend is a multiple of the stride; the
 * compiler knows it where x0 is a multiple of the stride. SKIPPED: the tap is omitted. Where an
 * item is a complete row, its columns are known to the compiler, and taps outside the output cost
 * nothing. Elsewhere such a tap counts as 0. */
#define DSHARED     (DILATION_WIDTH == 1)
#define DSLOT(x, j) ((x) * (DSHARED ? 1 : KERNEL_WIDTH) + KERNEL_WIDTH - 1 - (j))
#define DSLOTS      (DSLOT(DINPUT_TILE_X - 1, 0) + 1)
#define DOFFSET(slot)                                                                              \
    ((DSHARED                                                                                      \
          ? (slot) - (KERNEL_WIDTH - 1)                                                            \
          : (slot) / KERNEL_WIDTH - (KERNEL_WIDTH - 1 - (slot) % KERNEL_WIDTH) * DILATION_WIDTH) + \
     PADDING_WIDTH)
#define DALIGNED      (DINPUT_TILE_X % STRIDE_WIDTH == 0)
#define DIVIDES(slot) (((DALIGNED ? 0 : x0) + DOFFSET(slot)) % STRIDE_WIDTH == 0)
#define DCOLUMN(slot)                                                                              \
    (DALIGNED ? x0 / STRIDE_WIDTH + DOFFSET(slot) / STRIDE_WIDTH                                   \
              : (x0 + DOFFSET(slot)) / STRIDE_WIDTH)
#define EXISTS(x) ((x) >= 0 && (x) < COLUMNS)
#define SKIPPED(slot)                                                                              \
    (!DIVIDES(slot) || (DINPUT_PIECES * DINPUT_TILE_X == IN_WIDTH && !EXISTS(DCOLUMN(slot))))

/* Rows have no gaps: the taps that read a row of the output are adjacent. */
#define DENSE_ROWS (STRIDE_HEIGHT == 1 && DILATION_HEIGHT == 1)

/* dinput[c][y][x] = sum of weight[k][c][i][j] doutput over the taps that read it, omitting those
 * outside the output: a chain over k, i, j. For DINPUT_TILE_C channels x DINPUT_TILE_X columns. */
WEFT_ALWAYS_INLINE void KERNEL(conv2d_dinput)(INDEX c0, int y, int x0, global const real *input,
                                              DOUTPUT_PARAMETERS, global const float *parameters,
                                              global real *dinput) {
    const int first = DENSE_ROWS ? max(y + PADDING_HEIGHT - ROWS + 1, 0) : 0;
    const int end = DENSE_ROWS ? min(y + PADDING_HEIGHT + 1, KERNEL_HEIGHT) : KERNEL_HEIGHT;
    const int k0 = OUTPUTS_OF((int)c0), c_of_group = (int)c0 - INPUTS_OF(k0);
    real sum[DINPUT_TILE_C][DINPUT_TILE_X], d[DSLOTS];
#pragma unroll
    for (int c = 0; c < DINPUT_TILE_C; c++) {
#pragma unroll
        for (int x = 0; x < DINPUT_TILE_X; x++) {
            sum[c][x] = REAL(0.0f);
        }
    }
    for (int k = k0; k < k0 + GROUP_OUTPUTS; k++) {
        for (int i = first; i < end; i++) {
            const int dividend = y + PADDING_HEIGHT - i * DILATION_HEIGHT;
            const int row = dividend / STRIDE_HEIGHT;
            if (!DENSE_ROWS && (dividend < 0 || dividend % STRIDE_HEIGHT != 0 || row >= ROWS)) {
                continue;
            }
#pragma unroll
            for (int slot = 0; slot < DSLOTS; slot++) {
                d[slot] = REAL(0.0f);
                if (DIVIDES(slot) && EXISTS(DCOLUMN(slot))) {
                    d[slot] = DOUTPUT(k, row, DCOLUMN(slot));
                }
            }
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
#pragma unroll
                for (int c = 0; c < DINPUT_TILE_C; c++) {
                    const real weight = REAL(parameters[TAP(k, c_of_group + c, i, j)]);
#pragma unroll
                    for (int x = 0; x < DINPUT_TILE_X; x++) {
                        if (!SKIPPED(DSLOT(x, j))) {
                            sum[c][x] = real_fma(weight, d[DSLOT(x, j)], sum[c][x]);
                        }
                    }
                }
            }
        }
    }
#pragma unroll
    for (int c = 0; c < DINPUT_TILE_C; c++) {
#pragma unroll
        for (int x = 0; x < DINPUT_TILE_X; x++) {
            const INDEX at = IN(c0 + c, y, x0 + x);
            AT(dinput, at) = RELU_GRADIENT(real_clean(sum[c][x]), input, at);
        }
    }
}

/* dweight[k][c][i][j] = sum of doutput[k][y][x] times the input that the tap reads, dbias[k] = sum
 * of doutput[k][y][x]: in each lane a chain over y, x; then the lanes as a tree. An item is
 * GRADIENT_TILE_K channels k x GRADIENT_TILE_I rows of taps for each of GRADIENT_PASSES; all
 * columns of taps. The first item of channel k also sums the bias, after its taps. */
#define GRADIENT_ROWS  (GRADIENT_TILE_I * GRADIENT_PASSES)
#define GRADIENT_ITEMS (OUT_CHANNELS / GRADIENT_TILE_K * GROUP_INPUTS * GRADIENT_PARTS)
#define GRADIENT_PARTS (KERNEL_HEIGHT / GRADIENT_ROWS)
#define GRADIENT_TAPS  (GRADIENT_TILE_K * GRADIENT_ROWS * KERNEL_WIDTH)
#define GRADIENT_SUMS  (GRADIENT_TAPS + (HAS_BIAS ? GRADIENT_TILE_K : 0))
#define BIAS_WITH_TAPS                                                                             \
    (HAS_BIAS && (ITEM_LANES == 1 || GROUP_INPUTS * GRADIENT_PARTS * GRADIENT_PASSES == 1))

/* The sums of the lanes' taps from row i0 on: sum[k][i][j]. */
WEFT_ALWAYS_INLINE void KERNEL(conv2d_dtaps)(INDEX k0, INDEX c, INDEX i0, global const real *input,
                                             DOUTPUT_PARAMETERS, bool with_bias, real *sum,
                                             real *bias) {
    real tap[GRADIENT_TILE_K][GRADIENT_TILE_I][KERNEL_WIDTH], total[GRADIENT_TILE_K];
#pragma unroll
    for (int k = 0; k < GRADIENT_TILE_K; k++) {
        total[k] = REAL(0.0f);
#pragma unroll
        for (int i = 0; i < GRADIENT_TILE_I; i++) {
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
                tap[k][i][j] = REAL(0.0f);
            }
        }
    }
    for (INDEX y = 0; y < ROWS; y++) {
        for (INDEX x0 = 0; x0 < COLUMNS; x0 += GRADIENT_TILE_X) {
#pragma unroll
            for (int i = 0; i < GRADIENT_TILE_I; i++) {
                const INDEX row = INPUT_ROW(y, i0 + i);
                real in[SLOTS(GRADIENT_TILE_X)];
                LOAD_INPUTS(in, GRADIENT_TILE_X, ROW_EXISTS(row), c, row, x0)
                /* On a CPU the channels share a column before the next one is needed. */
#pragma unroll
                for (int n = 0; n < GRADIENT_TILE_X * GRADIENT_TILE_K; n++) {
                    const int x = ITEM_LANES == 1 ? n % GRADIENT_TILE_X : n / GRADIENT_TILE_K;
                    const int k = ITEM_LANES == 1 ? n / GRADIENT_TILE_X : n % GRADIENT_TILE_K;
                    const real d = DOUTPUT(k0 + k, y, x0 + x);
#pragma unroll
                    for (int j = 0; j < KERNEL_WIDTH; j++) {
                        tap[k][i][j] = real_fma(d, in[SLOT(x, j)], tap[k][i][j]);
                    }
                    if (BIAS_WITH_TAPS && i == 0 && with_bias) {
                        total[k] += d;
                    }
                }
            }
        }
    }
#pragma unroll
    for (int k = 0; k < GRADIENT_TILE_K; k++) {
        bias[k] = total[k];
#pragma unroll
        for (int i = 0; i < GRADIENT_TILE_I; i++) {
#pragma unroll
            for (int j = 0; j < KERNEL_WIDTH; j++) {
                sum[(k * GRADIENT_ROWS + i) * KERNEL_WIDTH + j] = tap[k][i][j];
            }
        }
    }
}

WEFT_ALWAYS_INLINE void KERNEL(conv2d_dparameters)(INDEX k0, INDEX c, INDEX i0, LANE_MEMORY lanes,
                                                   global const real *input, DOUTPUT_PARAMETERS,
                                                   global float *to) {
    const bool with_bias = HAS_BIAS && c == 0 && i0 == 0;
    real sum[GRADIENT_TAPS + GRADIENT_TILE_K], *bias = sum + GRADIENT_TAPS;
    for (int pass = 0; pass < GRADIENT_PASSES; pass++) {
        const int row = pass * GRADIENT_TILE_I;
        KERNEL(conv2d_dtaps)
        (k0, INPUTS_OF(k0) + c, i0 + row, input, DOUTPUT_ARGUMENTS, with_bias,
         sum + row * KERNEL_WIDTH, bias);
    }
    if (!BIAS_WITH_TAPS && with_bias) {
        for (INDEX y = 0; y < ROWS; y++) {
            for (INDEX x = 0; x < COLUMNS; x++) {
#pragma unroll
                for (int k = 0; k < GRADIENT_TILE_K; k++) {
                    bias[k] += DOUTPUT(k0 + k, y, x);
                }
            }
        }
    }
    STORE_LANE_SUMS(lanes, i, GRADIENT_SUMS, sum, with_bias ? GRADIENT_SUMS : GRADIENT_TAPS,
                    to[i < GRADIENT_TAPS ? TAP(k0 + i / KERNEL_WIDTH / GRADIENT_ROWS, c, i0,
                                               i % (GRADIENT_ROWS * KERNEL_WIDTH))
                                         : BIAS + k0 + i - GRADIENT_TAPS]);
}

WEFT_INLINE void KERNEL(conv2d_backward)(int item, int shard, LANE_MEMORY lanes,
                                         global const real *input, DOUTPUT_PARAMETERS,
                                         global const float *parameters, global float *partials,
                                         global real *dinput) {
    if (item < GRADIENT_ITEMS) {
        KERNEL(conv2d_dparameters)
        (item / GRADIENT_PARTS / GROUP_INPUTS * GRADIENT_TILE_K,
         item / GRADIENT_PARTS % GROUP_INPUTS, item % GRADIENT_PARTS * GRADIENT_ROWS, lanes,
         OF_SHARD(input, IN_SIZE), DOUTPUT_OF_SHARD, partials + (size_t)shard * PARTIALS_STRIDE);
    } else {
        const int spans = IN_WIDTH / (DINPUT_PIECES * DINPUT_TILE_X);
        item -= GRADIENT_ITEMS;
#pragma unroll
        for (int piece = 0; piece < DINPUT_PIECES; piece++) {
            KERNEL(conv2d_dinput)
            (item / spans / IN_HEIGHT * DINPUT_TILE_C, item / spans % IN_HEIGHT,
             (item % spans * DINPUT_PIECES + piece) * DINPUT_TILE_X, OF_SHARD(input, IN_SIZE),
             DOUTPUT_OF_SHARD, parameters, OF_SHARD(dinput, IN_SIZE));
        }
    }
}

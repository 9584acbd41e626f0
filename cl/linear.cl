/* linear.cl: output[o] = bias[o] + sum over i of weight[o][i] input[i]; without HAS_BIAS, +0 takes
 * the place of the bias.
 *
 * An item of forward is TILE outputs. The first items of backward are those of the gradients of
 * parameters, the others are those of the gradient of the input.
 *
 * In the cpu mapping an item of linear_batch_forward and linear_batch_backward computes all shards:
 * what it has transposed and copied serves them all. There both gradients are products of a number
 * of doutput, in all lanes, and a vector of 16 inputs: weights as they are stored, or values of an
 * image, which are transposed first. So the empty lanes of the last shard cost almost nothing. */

#if HAS_BIAS
#define FIRST(o) parameters[BIAS + (o)]
#else
#define FIRST(o) 0.0f
#define BIAS     0 /* where no gradient is stored */
#endif

/* A chain from the bias over i. For TILE outputs from ${o} of ${shards} shards, 1 or 2. */
WEFT_ALWAYS_INLINE void KERNEL(linear_sums)(int o, int shards, global const real *input,
                                            global const float *parameters, global real *output) {
    global const float *weight = parameters + WEIGHT + o * INPUTS;
    real sum[2][TILE];
#pragma unroll
    for (int t = 0; t < TILE; t++) {
        sum[0][t] = sum[1][t] = REAL(FIRST(o + t));
    }
    FOR_LOADS(i, 0, INPUTS, INPUTS_TOGETHER) {
        const real x0 = RELU(AT(input, i)), x1 = shards > 1 ? RELU(AT(input, INPUTS + i)) : x0;
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            const real w = REAL(weight[t * INPUTS + i]);
            sum[0][t] = real_fma(w, x0, sum[0][t]);
            sum[1][t] = real_fma(w, x1, sum[1][t]);
        }
    }
#pragma unroll
    for (int t = 0; t < TILE; t++) {
        AT(output, o + t) = real_clean(sum[0][t]);
        if (shards > 1) {
            AT(output, OUTPUTS + o + t) = real_clean(sum[1][t]);
        }
    }
}

WEFT_ALWAYS_INLINE void KERNEL(linear_forward)(int item, int shard, LANE_MEMORY lanes,
                                               global const real *input,
                                               global const float *parameters,
                                               global real *output) {
    KERNEL(linear_sums)
    (item * TILE, 1, OF_SHARD(input, INPUTS), parameters, OF_SHARD(output, OUTPUTS));
}

/* dinput[i] = sum of weight[o][i] doutput[o]: a chain over o. For DINPUT_TILE inputs from ${i}. */
WEFT_ALWAYS_INLINE void KERNEL(linear_dinput)(int i, global const real *input,
                                              global const real *doutput,
                                              global const float *parameters, global real *dinput) {
    global const float *weight = parameters + WEIGHT + i;
    real sum[DINPUT_TILE];
#pragma unroll
    for (int t = 0; t < DINPUT_TILE; t++) {
        sum[t] = REAL(0.0f);
    }
    FOR_LOADS(o, 0, OUTPUTS, OUTPUTS_TOGETHER) {
        const real d = AT(doutput, o);
#pragma unroll
        for (int t = 0; t < DINPUT_TILE; t++) {
            sum[t] = real_fma(REAL(weight[o * INPUTS + t]), d, sum[t]);
        }
    }
#pragma unroll
    for (int t = 0; t < DINPUT_TILE; t++) {
        AT(dinput, i + t) = RELU_GRADIENT(real_clean(sum[t]), input, i + t);
    }
}

#if ITEM_LANES == 16

WEFT_ALWAYS_INLINE void KERNEL(linear_batch_forward)(int item, int shard, LANE_MEMORY lanes,
                                                     global const real *input,
                                                     global const float *parameters,
                                                     global real *output, int count) {
    const int shards = (count + 15) / 16;
    for (; shard + 1 < shards; shard += 2) {
        KERNEL(linear_sums)
        (item * TILE, 2, OF_SHARD(input, INPUTS), parameters, OF_SHARD(output, OUTPUTS));
    }
    if (shard < shards) {
        KERNEL(linear_forward)(item, shard, lanes, input, parameters, output);
    }
}

/* Adds products to sum[ROWS][BLOCKS], chains over ${turns}: in turn k, ${factor}, an expression of
 * r and k, times ${vector}, one of k and b. */
#define ADD_PRODUCTS(sum, ROWS, BLOCKS, turns, factor, vector)                                     \
    _Pragma("nounroll") for (int k = 0; k < (turns); k++) {                                        \
        _Pragma("unroll") for (int r = 0; r < (ROWS); r++) {                                       \
            const real factor_of_row = REAL(factor);                                               \
            _Pragma("unroll") for (int b = 0; b < (BLOCKS); b++) {                                 \
                sum[r][b] = real_fma(factor_of_row, vector, sum[r][b]);                            \
            }                                                                                      \
        }                                                                                          \
    }

/* Stores in to[image] the ${present} values from ${values} on, at most 16, and 0 for the others. */
WEFT_ALWAYS_INLINE void KERNEL(load_transposed)(global const real *values, int present, real *to) {
#pragma unroll
    for (int i = 0; i < 16; i++) {
        to[i] = i < present ? values[i] : REAL(0.0f);
    }
    transpose(to);
}

/* Loads and stores the first ${present} of 16 floats. */
WEFT_ALWAYS_INLINE real KERNEL(load_floats)(global const float *from, int present) {
    float each[16];
    if (present >= 16) {
        return vload16(0, from);
    }
    for (int i = 0; i < 16; i++) {
        each[i] = i < present ? from[i] : 0.0f;
    }
    return vload16(0, each);
}
WEFT_ALWAYS_INLINE void KERNEL(store_floats)(real values, global float *to, int present) {
    float each[16];
    if (present >= 16) {
        vstore16(values, 0, to);
        return;
    }
    vstore16(values, 0, each);
    for (int i = 0; i < present; i++) {
        to[i] = each[i];
    }
}

/* The inputs of an item are COLUMNS columns of BLOCKS vectors, the width of a tile of registers. */
#define COLUMN      (16 * BLOCKS)
#define ITEM_INPUTS (COLUMNS * COLUMN)

/* Of the 16 inputs from ${i} on, those that exist. No code is needed for the others where the layer
 * has none, nor for tiles with fewer outputs. */
#define PRESENT(i) (INPUTS % COLUMN == 0 ? 16 : INPUTS - (i))
#define EVEN_ROWS  (OUTPUTS % GRADIENT_TILE == 0 && GRADIENT_TILE % GRADIENT_ROWS == 0)

/* The shards of a run, whose values an item keeps in adjacent memory. */
#define RUN 8

/* dweight[o][i] = sum of doutput[o] input[i]: chains over the images of a shard, then over the
 * shards. For GRADIENT_ROWS outputs, of which ${rows} exist, the column of inputs from ${i} on, and
 * the ${images} of a run; x is [shard][image][block]. ${more}: the sums of earlier runs are
 * continued. */
WEFT_ALWAYS_INLINE void KERNEL(linear_dweight)(int rows, int i, int images, bool more,
                                               global const real *doutput, const real *x,
                                               global float *dweight) {
    real total[GRADIENT_ROWS][BLOCKS];
#pragma unroll
    for (int r = 0; r < GRADIENT_ROWS; r++) {
#pragma unroll
        for (int b = 0; b < BLOCKS; b++) {
            total[r][b] = REAL(0.0f);
            if (more && r < rows) {
                total[r][b] =
                    KERNEL(load_floats)(dweight + r * INPUTS + i + 16 * b, PRESENT(i + 16 * b));
            }
        }
    }
    for (int shard = 0; 16 * shard < images; shard++) {
        global const float *d = (global const float *)OF_SHARD(doutput, OUTPUTS);
        const real *of_shard = x + shard * COLUMN;
        real sum[GRADIENT_ROWS][BLOCKS] = {{REAL(0.0f)}};
        ADD_PRODUCTS(sum, GRADIENT_ROWS, BLOCKS, min(images - 16 * shard, 16),
                     (d + k)[16 * min(r, rows - 1)], of_shard[k * BLOCKS + b])
#pragma unroll
        for (int r = 0; r < GRADIENT_ROWS; r++) {
#pragma unroll
            for (int b = 0; b < BLOCKS; b++) {
                total[r][b] += sum[r][b];
            }
        }
    }
#pragma unroll
    for (int r = 0; r < GRADIENT_ROWS; r++) {
#pragma unroll
        for (int b = 0; b < BLOCKS; b++) {
            if (r < rows) {
                KERNEL(store_floats)
                (total[r][b], dweight + r * INPUTS + i + 16 * b, PRESENT(i + 16 * b));
            }
        }
    }
}

/* dbias[o] = sum of doutput[o], in the same order. For at most 16 outputs. */
WEFT_ALWAYS_INLINE void KERNEL(linear_dbias)(int present, int images, global const real *doutput,
                                             global float *dbias) {
    real total = REAL(0.0f);
    for (int shard = 0; 16 * shard < images; shard++) {
        real d[16], sum = REAL(0.0f); /* [image] */
        KERNEL(load_transposed)(OF_SHARD(doutput, OUTPUTS), present, d);
#pragma unroll
        for (int image = 0; image < 16; image++) {
            sum += d[image];
        }
        total += sum;
    }
    KERNEL(store_floats)(total, dbias, present);
}

/* The gradients of outputs ${o} .. ${end} - 1 and of ITEM_INPUTS inputs from ${i} on. */
WEFT_ALWAYS_INLINE void KERNEL(linear_dparameters)(int o, int end, int i, int images,
                                                   global const real *input,
                                                   global const real *doutput, global float *to) {
    for (int t = o; HAS_BIAS && i == 0 && t < end; t += 16) {
        KERNEL(linear_dbias)(min(end - t, 16), images, doutput + t, to + BIAS + t);
    }
    for (int begin = 0; begin < images; begin += 16 * RUN) {
        const int of_run = min(images - begin, 16 * RUN);
        global const real *d = doutput + (size_t)(begin / 16) * OUTPUTS;
        real x[COLUMNS][RUN * COLUMN];
        /* The inputs, transposed. */
        for (int shard = 0; 16 * shard < of_run; shard++) {
            for (int b = 0; b < COLUMNS * BLOCKS; b++) {
                real *to_image = &x[b / BLOCKS][shard * COLUMN + b % BLOCKS];
                real block[16];
                KERNEL(load_transposed)
                (input + (size_t)(begin / 16 + shard) * INPUTS + i + 16 * b, PRESENT(i + 16 * b),
                 block);
#pragma unroll
                for (int image = 0; image < 16; image++) {
                    to_image[image * BLOCKS] = RELU(block[image]);
                }
            }
        }
        /* Tiles of outputs by columns. The last one may have fewer outputs. */
        for (int t = o; t < end; t += GRADIENT_ROWS) {
            for (int c = 0; c < COLUMNS; c++) {
                const int at = i + c * COLUMN;
                global float *dweight = to + WEIGHT + t * INPUTS;
                if (EVEN_ROWS || t + GRADIENT_ROWS <= end) {
                    KERNEL(linear_dweight)
                    (GRADIENT_ROWS, at, of_run, begin > 0, d + t, x[c], dweight);
                } else {
                    KERNEL(linear_dweight)
                    (end - t, at, of_run, begin > 0, d + t, x[c], dweight);
                }
            }
        }
    }
}

#define IMAGES 8 /* of a tile of dinput */

/* Adds to sums, [image][block] of a column, the terms of ${outputs} outputs, for ${images};
 * ${weight} is [output][block]. ${more}: there are earlier terms. */
WEFT_ALWAYS_INLINE void KERNEL(linear_add_outputs)(int outputs, int images, bool more,
                                                   global const real *doutput, const real *weight,
                                                   real *sums) {
    for (int image = 0; image < images; image += IMAGES) {
        global const float *d =
            (global const float *)(doutput + (size_t)(image / 16) * OUTPUTS) + image % 16;
        real *sum_of = sums + image * BLOCKS;
        real sum[IMAGES][BLOCKS];
#pragma unroll
        for (int t = 0; t < IMAGES * BLOCKS; t++) {
            sum[t / BLOCKS][t % BLOCKS] = more ? sum_of[t] : REAL(0.0f);
        }
        ADD_PRODUCTS(sum, IMAGES, BLOCKS, outputs, d[16 * k + r], weight[k * BLOCKS + b])
#pragma unroll
        for (int t = 0; t < IMAGES * BLOCKS; t++) {
            sum_of[t] = sum[t / BLOCKS][t % BLOCKS];
        }
    }
}

/* The same gradient as linear_dinput for ITEM_INPUTS inputs from ${i} on and the ${images} of a
 * run. */
WEFT_ALWAYS_INLINE void KERNEL(linear_batch_dinput)(int i, int images, global const real *input,
                                                    global const real *doutput,
                                                    global const float *parameters,
                                                    global real *dinput) {
    real sums[COLUMNS][RUN * COLUMN], weight[COLUMNS][DINPUT_OUTPUTS * BLOCKS];
    /* Chains over DINPUT_OUTPUTS outputs at a time, whose weights are copied to adjacent memory. */
    for (int o = 0; o < OUTPUTS; o += DINPUT_OUTPUTS) {
        const int outputs = min(OUTPUTS - o, DINPUT_OUTPUTS);
        for (int t = 0; t < outputs; t++) {
            global const float *row = parameters + WEIGHT + (o + t) * INPUTS + i;
            for (int b = 0; b < COLUMNS * BLOCKS; b++) {
                weight[b / BLOCKS][t * BLOCKS + b % BLOCKS] =
                    KERNEL(load_floats)(row + 16 * b, PRESENT(i + 16 * b));
            }
        }
        for (int c = 0; c < COLUMNS; c++) {
            KERNEL(linear_add_outputs)(outputs, images, o > 0, doutput + o, weight[c], sums[c]);
        }
    }
    /* Lanes are images again; a lane that no tile has computed is an empty one. */
    for (int shard = 0; 16 * shard < images; shard++) {
        const bool all = images - 16 * shard > 16 - IMAGES;
        for (int b = 0; b < COLUMNS * BLOCKS; b++) {
            const size_t at = (size_t)shard * INPUTS + i + 16 * b;
            const real *sum_of = &sums[b / BLOCKS][shard * COLUMN + b % BLOCKS];
            real block[16];
#pragma unroll
            for (int image = 0; image < 16; image++) {
                block[image] = image < IMAGES || all ? sum_of[image * BLOCKS] : REAL(0.0f);
            }
            transpose(block);
#pragma unroll
            for (int t = 0; t < 16; t++) {
                if (t < PRESENT(i + 16 * b)) {
                    dinput[at + t] = RELU_GRADIENT(real_clean(block[t]), input, at + t);
                }
            }
        }
    }
}

#define STRIPS         ((INPUTS + ITEM_INPUTS - 1) / ITEM_INPUTS)
#define GRADIENT_ITEMS ((OUTPUTS + GRADIENT_TILE - 1) / GRADIENT_TILE * STRIPS)

/* Item ${item} of the gradients of parameters, for ${images} from the first of a shard on. */
WEFT_ALWAYS_INLINE void KERNEL(linear_gradients)(int item, int images, global const real *input,
                                                 global const real *doutput, global float *to) {
    const int o = item / STRIPS * GRADIENT_TILE;
    KERNEL(linear_dparameters)
    (o, min(o + GRADIENT_TILE, OUTPUTS), item % STRIPS * ITEM_INPUTS, images, input, doutput, to);
}

WEFT_ALWAYS_INLINE void
KERNEL(linear_batch_backward)(int item, int shard, LANE_MEMORY lanes, global const real *input,
                              global const real *doutput, global const float *parameters,
                              global float *partials, global real *dinput, int count) {
    if (item < GRADIENT_ITEMS) {
        KERNEL(linear_gradients)(item, count, input, doutput, partials);
        return;
    }
    for (; 16 * shard < count; shard += RUN) {
        KERNEL(linear_batch_dinput)
        ((item - GRADIENT_ITEMS) * ITEM_INPUTS, min(count - 16 * shard, 16 * RUN),
         OF_SHARD(input, INPUTS), OF_SHARD(doutput, OUTPUTS), parameters, OF_SHARD(dinput, INPUTS));
    }
}

#else

/* dweight[o][i] = sum of doutput[o] input[i], dbias[o] = sum of doutput[o]: chains over the images
 * of the shard. For GRADIENT_TILE outputs from ${o0} and 16 inputs from ${i0}, of which this item
 * computes one. */
WEFT_ALWAYS_INLINE void KERNEL(linear_dparameters)(int o0, int i0, global const float *input,
                                                   global const float *doutput, global float *to) {
    global const float *x = input + i0 * 16;
    global const float *d = doutput + o0 * 16;
    global float *dweight = to + WEIGHT + o0 * INPUTS + i0;
    const int present = min(INPUTS - i0, 16);
    if (FIRST_LANE < present) {
        float of_input[16], of_output[16]; /* [image] */
        vstore16(((global const float16 *)x)[FIRST_LANE], 0, of_input);
#pragma unroll
        for (int t = 0; t < GRADIENT_TILE; t++) {
            float sum = 0.0f;
            vstore16(((global const float16 *)d)[t], 0, of_output);
#pragma unroll
            for (int image = 0; image < 16; image++) {
                sum = fma(of_output[image], RELU_FLOAT(of_input[image]), sum);
            }
            dweight[t * INPUTS + FIRST_LANE] = sum;
        }
    }
    for (int t = FIRST_LANE; HAS_BIAS && i0 == 0 && t < GRADIENT_TILE; t += 16 / ITEM_LANES) {
        float sum = 0.0f;
        for (int image = 0; image < 16; image++) {
            sum += d[t * 16 + image];
        }
        to[BIAS + o0 + t] = sum;
    }
}

#define GRADIENT_ITEMS (OUTPUTS / GRADIENT_TILE * ((INPUTS + 15) / 16))

/* Item ${item} of the gradients of parameters, for a shard: ${images} is 16. */
WEFT_ALWAYS_INLINE void KERNEL(linear_gradients)(int item, int images, global const real *input,
                                                 global const real *doutput, global float *to) {
    const int blocks = (INPUTS + 15) / 16;
    KERNEL(linear_dparameters)
    (item / blocks * GRADIENT_TILE, item % blocks * 16, input, doutput, to);
}

#endif

WEFT_ALWAYS_INLINE void KERNEL(linear_backward)(int item, int shard, LANE_MEMORY lanes,
                                                global const real *input,
                                                global const real *doutput,
                                                global const float *parameters,
                                                global float *partials, global real *dinput) {
    input = OF_SHARD(input, INPUTS);
    doutput = OF_SHARD(doutput, OUTPUTS);
    if (item < GRADIENT_ITEMS) {
        KERNEL(linear_gradients)
        (item, 16, input, doutput, partials + (size_t)shard * PARTIALS_STRIDE);
    } else {
        KERNEL(linear_dinput)
        ((item - GRADIENT_ITEMS) * DINPUT_TILE, input, doutput, parameters,
         OF_SHARD(dinput, INPUTS));
    }
}

/* batch_norm.cl: normalises each channel to mean 0 and variance 1 over the batch, then multiplies
 * by weight and adds bias.
 *
 *   output = (input - mean) / sqrt(variance + eps) weight + bias
 *
 * scratch has MEAN to SLOPE for each channel, then SUM to SQUARES for each shard and channel. Means
 * and variances are combined from those of the shards (Chan, Golub and LeVeque, 1979): the sum S of
 * each shard, and M, its squared deviations from its own mean. An item of measure and gradients is
 * a channel of one shard, an item of settle is a channel, and an item of forward and backward is
 * VALUES_PER_ITEM values.
 *
 * Where a channel of the batch is small (src/backend/opencl/fusions.c), an item is a channel of the
 * batch instead, from its sums to its output: one launch in place of three. On a GPU a work-group
 * computes it; its rows divide first the shards among them, then the values. */

#define MEAN(c)    scratch[5 * (c) + 0]
#define INVERSE(c) scratch[5 * (c) + 1] /* 1 / sqrt(variance + eps) */
#define SCALE(c)   scratch[5 * (c) + 2] /* weight x inverse */
#define SHIFT(c)   scratch[5 * (c) + 3] /* mean of doutput */
#define SLOPE(c)   scratch[5 * (c) + 4] /* mean of doutput xhat, x inverse */

#define SUM(shard, c)        scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 0]
#define SHARD_MEAN(shard, c) scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 1]
#define SQUARES(shard, c)    scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 2]

/* The sum, mean and squared deviations of one shard's channel: in each lane with an image chains
 * over rows and columns, then the lanes as a tree. A shard without images only takes part in the
 * barriers. */
void KERNEL(batch_norm_measure)(int c, size_t shard, LANE_MEMORY lanes, global const real *input,
                                global float *scratch, int count) {
    const int images = images_of_shard(count, shard);
    const size_t begin = (shard * CHANNELS + c) * AREA, end = images > 0 ? begin + AREA : begin;
    real lane_sum = REAL(0.0f), squares = REAL(0.0f);
    for (size_t i = begin; i < end; i++) {
        lane_sum += RELU(AT(input, i));
    }
    const float sum = SUM_OF_LANES(lanes, ZERO_EMPTY(lane_sum, images));
    const float mean = weft_clean(weft_div(sum, (float)(images * AREA)));
    for (size_t i = begin; i < end; i++) {
        const real deviation = RELU(AT(input, i)) - REAL(mean);
        squares = real_fma(deviation, deviation, squares);
    }
    const float shard_squares = SUM_OF_LANES(lanes, ZERO_EMPTY(squares, images));
    if (FIRST_LANE == 0 && images > 0) {
        SUM(shard, c) = sum;
        SHARD_MEAN(shard, c) = mean;
        SQUARES(shard, c) = shard_squares;
    }
}

/* running = (1 - momentum) running + momentum value. */
float KERNEL(batch_norm_mix)(float running, float value) {
    const float kept = (1.0f - MOMENTUM) * running;
    return weft_clean(fma(MOMENTUM, value, kept));
}

/* Combines the shards, in order. Updates running_mean and running_var if ${update}. */
void KERNEL(batch_norm_settle)(int c, size_t unused, LANE_MEMORY lanes, global float *scratch,
                               global const float *parameters, global float *buffers, int count,
                               int update) {
    const int shards = (count + 15) / 16;
    const uint n = (uint)count * AREA;
    float total = 0.0f, squares = 0.0f;
    for (int shard = 0; shard < shards; shard++) {
        total += SUM(shard, c);
    }
    const float mean = weft_clean(weft_div(total, (float)n));
    for (int shard = 0; shard < shards; shard++) {
        const float deviation = SHARD_MEAN(shard, c) - mean;
        const float weighted = (float)(images_of_shard(count, shard) * AREA) * deviation;
        squares += SQUARES(shard, c);
        squares = fma(weighted, deviation, squares);
    }
    const float variance = weft_clean(weft_div(squares, (float)n));
    if (update) {
        const float unbiased = n > 1 ? weft_clean(weft_div(squares, (float)(n - 1))) : 0.0f;
        buffers[RUNNING_MEAN + c] = KERNEL(batch_norm_mix)(buffers[RUNNING_MEAN + c], mean);
        buffers[RUNNING_VAR + c] = KERNEL(batch_norm_mix)(buffers[RUNNING_VAR + c], unbiased);
    }
    MEAN(c) = mean;
    INVERSE(c) = weft_clean(weft_div(1.0f, weft_sqrt(variance + EPS)));
    SCALE(c) = weft_clean(parameters[WEIGHT + c] * INVERSE(c));
}

/* The same from running statistics. */
void KERNEL(batch_norm_settle_running)(int c, size_t unused, LANE_MEMORY lanes,
                                       global float *scratch, global const float *parameters,
                                       global const float *buffers) {
    MEAN(c) = buffers[RUNNING_MEAN + c];
    INVERSE(c) = weft_clean(weft_div(1.0f, weft_sqrt(buffers[RUNNING_VAR + c] + EPS)));
    SCALE(c) = weft_clean(parameters[WEIGHT + c] * INVERSE(c));
}

/* The output of the value at ${i}, of channel ${c}. */
real KERNEL(batch_norm_output)(int c, size_t i, global const real *input,
                               global const float *parameters, global const float *scratch) {
    const real centred = RELU(AT(input, i)) - REAL(MEAN(c));
    return real_clean(real_fma(centred, REAL(SCALE(c)), REAL(parameters[BIAS + c])));
}

/* One shard's dbias = sum of doutput and dweight = sum of doutput (input - mean) / sqrt(variance +
 * eps): chains and trees as above, also without images. */
void KERNEL(batch_norm_gradients)(int c, size_t shard, LANE_MEMORY lanes, global const real *input,
                                  global const real *doutput, global const float *scratch,
                                  global float *partials, int count) {
    const bool present = images_of_shard(count, shard) > 0;
    const size_t begin = (shard * CHANNELS + c) * AREA, end = present ? begin + AREA : begin;
    global float *to = partials + shard * PARTIALS_STRIDE + c;
    real sum = REAL(0.0f), product = REAL(0.0f);
    for (size_t i = begin; i < end; i++) {
        const real d = AT(doutput, i);
        sum += d;
        product = real_fma(d, RELU(AT(input, i)) - REAL(MEAN(c)), product);
    }
    const float shard_sum = SUM_OF_LANES(lanes, sum);
    const float shard_product = SUM_OF_LANES(lanes, product);
    if (FIRST_LANE == 0 && present) {
        to[BIAS] = shard_sum;
        to[WEIGHT] = weft_clean(shard_product) * INVERSE(c);
    }
}

/* The means over the batch that the gradient of the input needs, with batch statistics. */
void KERNEL(batch_norm_dsettle)(int c, size_t unused, LANE_MEMORY lanes, global float *scratch,
                                global const float *partials, int count) {
    const int shards = (count + 15) / 16;
    const float n = (float)((uint)count * AREA);
    float sum = 0.0f, product = 0.0f;
    for (int shard = 0; shard < shards; shard++) {
        sum += partials[(size_t)shard * PARTIALS_STRIDE + BIAS + c];
        product += partials[(size_t)shard * PARTIALS_STRIDE + WEIGHT + c];
    }
    SHIFT(c) = weft_clean(weft_div(sum, n));
    SLOPE(c) = weft_clean(weft_clean(weft_div(product, n)) * INVERSE(c));
}

/* dinput = scale (doutput - mean(doutput) - xhat mean(doutput xhat)), xhat = (input - mean)
 * inverse; 0 in empty lanes. */
real KERNEL(batch_norm_dinput)(int c, size_t i, int images, global const real *input,
                               global const real *doutput, global const float *scratch) {
    const real centred = REAL(MEAN(c)) - RELU(AT(input, i));
    const real d = real_fma(centred, REAL(SLOPE(c)), AT(doutput, i) - REAL(SHIFT(c)));
    const real masked = RELU_GRADIENT(real_clean(REAL(SCALE(c)) * real_clean(d)), input, i);
    return ZERO_EMPTY(masked, images);
}

void KERNEL(batch_norm_forward)(int item, size_t shard, LANE_MEMORY lanes, global const real *input,
                                global const float *parameters, global const float *scratch,
                                global real *output) {
    const size_t begin = shard * CHANNELS * AREA;
    for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {
        AT(output, begin + i) =
            KERNEL(batch_norm_output)(i / AREA, begin + i, input, parameters, scratch);
    }
}

/* The same with running statistics, which do not depend on the input. */
void KERNEL(batch_norm_dsettle_running)(int c, size_t unused, LANE_MEMORY lanes,
                                        global float *scratch) {
    SHIFT(c) = 0.0f;
    SLOPE(c) = 0.0f;
}

void KERNEL(batch_norm_backward)(int item, size_t shard, LANE_MEMORY lanes,
                                 global const real *input, global const real *doutput,
                                 global const float *scratch, global real *dinput, int count) {
    const size_t begin = shard * CHANNELS * AREA;
    const int images = images_of_shard(count, shard);
    for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {
        AT(dinput, begin + i) =
            KERNEL(batch_norm_dinput)(i / AREA, begin + i, images, input, doutput, scratch);
    }
}

/* The index of value ${v} of channel ${c} of the batch. */
size_t KERNEL(batch_norm_index)(int c, int v) {
    const size_t shard = v / AREA;
    return (shard * CHANNELS + c) * AREA + v % AREA;
}

void KERNEL(batch_norm_channel_output)(int c, global const real *input,
                                       global const float *parameters, global const float *scratch,
                                       global real *output, int shards) {
    for (int v = GROUP_ROW; v < shards * AREA; v += GROUP_ROWS) {
        const size_t i = KERNEL(batch_norm_index)(c, v);
        AT(output, i) = KERNEL(batch_norm_output)(c, i, input, parameters, scratch);
    }
}

/* measure, settle and forward for a channel of the batch. */
void KERNEL(batch_norm_channel_forward)(int c, size_t unused, LANE_MEMORY lanes,
                                        global const real *input, global const float *parameters,
                                        global float *buffers, global float *scratch,
                                        global real *output, int count, int update) {
    const int shards = (count + 15) / 16;
    for (int shard = 0; shard < shards; shard += GROUP_ROWS) {
        KERNEL(batch_norm_measure)(c, shard + GROUP_ROW, lanes, input, scratch, count);
    }
    GROUP_BARRIER;
    if (GROUP_FIRST) {
        KERNEL(batch_norm_settle)(c, 0, lanes, scratch, parameters, buffers, count, update);
    }
    GROUP_BARRIER;
    KERNEL(batch_norm_channel_output)(c, input, parameters, scratch, output, shards);
}

/* settle_running and forward for a channel of the batch. */
void KERNEL(batch_norm_channel_running)(int c, size_t unused, LANE_MEMORY lanes,
                                        global const real *input, global const float *parameters,
                                        global const float *buffers, global float *scratch,
                                        global real *output, int count) {
    if (GROUP_FIRST) {
        KERNEL(batch_norm_settle_running)(c, 0, lanes, scratch, parameters, buffers);
    }
    GROUP_BARRIER;
    KERNEL(batch_norm_channel_output)
    (c, input, parameters, scratch, output, (count + 15) / 16);
}

/* gradients, dsettle and backward for a channel of the batch. */
void KERNEL(batch_norm_channel_backward)(int c, size_t unused, LANE_MEMORY lanes,
                                         global const real *input, global const real *doutput,
                                         global float *scratch, global float *partials,
                                         global real *dinput, int count) {
    const int shards = (count + 15) / 16;
    for (int shard = 0; shard < shards; shard += GROUP_ROWS) {
        KERNEL(batch_norm_gradients)
        (c, shard + GROUP_ROW, lanes, input, doutput, scratch, partials, count);
    }
    GROUP_BARRIER;
    if (GROUP_FIRST) {
        KERNEL(batch_norm_dsettle)(c, 0, lanes, scratch, partials, count);
    }
    GROUP_BARRIER;
    for (int v = GROUP_ROW; v < shards * AREA; v += GROUP_ROWS) {
        const size_t i = KERNEL(batch_norm_index)(c, v);
        const int images = images_of_shard(count, v / AREA);
        AT(dinput, i) = KERNEL(batch_norm_dinput)(c, i, images, input, doutput, scratch);
    }
}

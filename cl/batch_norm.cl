/* batch_norm.cl: each channel shifted and scaled to mean 0 and variance 1 over the batch, then by weight and bias.
 *
 *   output = (input - mean) / sqrt(variance + eps) weight + bias
 *
 * scratch: for each channel what SCRATCH names, then for each shard and channel what SUMS names. Means and variances come
 * from the shards: each one's sum S and its squared deviations M from its own mean, joined as by Chan, Golub and LeVeque (1979).
 * An item of measure and gradients is a channel of one shard; of settle a channel; else PER_ITEM values. */

#define MEAN(c)    scratch[5 * (c) + 0]
#define INVERSE(c) scratch[5 * (c) + 1] /* 1 / sqrt(variance + eps) */
#define SCALE(c)   scratch[5 * (c) + 2] /* weight x inverse */
#define SHIFT(c)   scratch[5 * (c) + 3] /* mean of doutput */
#define SLOPE(c)   scratch[5 * (c) + 4] /* mean of doutput xhat, x inverse */

#define SUM(shard, c)        scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 0]
#define SHARD_MEAN(shard, c) scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 1]
#define SQUARES(shard, c)    scratch[CHANNELS * 5 + (CHANNELS * (shard) + (c)) * 3 + 2]

/* In each lane with an image chains over rows and columns, then the lanes as a tree. */
kernel void KERNEL(batch_norm_measure)(global const real *input, global float *scratch, int count) {
    LOCAL_LANES(lanes, 1);
    const int c = get_global_id(1), shard = get_global_id(2);
    const int images = images_of_shard(count, shard);
    const size_t begin = (size_t)(shard * CHANNELS + c) * AREA;
    real lane_sum = REAL(0.0f), squares = REAL(0.0f);
    for (size_t i = begin; i < begin + AREA; i++) {
        lane_sum += RELU(AT(input, i));
    }
    const float sum = SUM_OF_LANES(lanes, PRESENT(lane_sum, images));
    const float mean = weft_clean(weft_div(sum, (float)(images * AREA)));
    for (size_t i = begin; i < begin + AREA; i++) {
        const real deviation = RELU(AT(input, i)) - REAL(mean);
        squares = real_fma(deviation, deviation, squares);
    }
    const float shard_squares = SUM_OF_LANES(lanes, PRESENT(squares, images));
    if (LANE == 0) {
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

/* Joins the shards, in order. ${running}: running_mean and running_var are mixed if ${update}. */
kernel void KERNEL(batch_norm_settle)(global float *scratch, global const float *parameters,
                                      global float *buffers, int count, int update) {
    const int c = get_global_id(1), shards = (count + 15) / 16;
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
kernel void KERNEL(batch_norm_settle_running)(global float *scratch, global const float *parameters,
                                              global const float *buffers) {
    const int c = get_global_id(1);
    MEAN(c) = buffers[RUNNING_MEAN + c];
    INVERSE(c) = weft_clean(weft_div(1.0f, weft_sqrt(buffers[RUNNING_VAR + c] + EPS)));
    SCALE(c) = weft_clean(parameters[WEIGHT + c] * INVERSE(c));
}

kernel void KERNEL(batch_norm_forward)(global const real *input, global const float *parameters,
                                       global const float *scratch, global real *output) {
    const int item = get_global_id(1) * PER_ITEM;
    const size_t begin = get_global_id(2) * CHANNELS * AREA;
    for (int i = item; i < item + PER_ITEM; i++) {
        const int c = i / AREA;
        const real centred = RELU(AT(input, begin + i)) - REAL(MEAN(c));
        AT(output, begin + i) =
            real_clean(real_fma(centred, REAL(SCALE(c)), REAL(parameters[BIAS + c])));
    }
}

/* dbias = sum of doutput; dweight = sum of doutput (input - mean) / sqrt(variance + eps): chains and trees as in measure. */
kernel void KERNEL(batch_norm_gradients)(global const real *input, global const real *doutput,
                                         global const float *scratch, global float *partials) {
    LOCAL_LANES(lanes, 1);
    const int c = get_global_id(1);
    const size_t begin = (get_global_id(2) * CHANNELS + c) * AREA;
    global float *to = partials + get_global_id(2) * PARTIALS + c;
    real sum = REAL(0.0f), product = REAL(0.0f);
    for (size_t i = begin; i < begin + AREA; i++) {
        const real d = AT(doutput, i);
        sum += d;
        product = real_fma(d, RELU(AT(input, i)) - REAL(MEAN(c)), product);
    }
    const float shard_sum = SUM_OF_LANES(lanes, sum);
    const float shard_product = SUM_OF_LANES(lanes, product);
    if (LANE == 0) {
        to[BIAS] = shard_sum;
        to[WEIGHT] = weft_clean(shard_product) * INVERSE(c);
    }
}

/* What backward needs of the whole batch's gradients, with batch statistics. */
kernel void KERNEL(batch_norm_dsettle)(global float *scratch, global const float *partials,
                                       int count) {
    const int c = get_global_id(1), shards = (count + 15) / 16;
    const float n = (float)((uint)count * AREA);
    float sum = 0.0f, product = 0.0f;
    for (int shard = 0; shard < shards; shard++) {
        sum += partials[shard * PARTIALS + BIAS + c];
        product += partials[shard * PARTIALS + WEIGHT + c];
    }
    SHIFT(c) = weft_clean(weft_div(sum, n));
    SLOPE(c) = weft_clean(weft_clean(weft_div(product, n)) * INVERSE(c));
}

/* With running statistics, which do not depend on the input. */
kernel void KERNEL(batch_norm_dsettle_running)(global float *scratch) {
    const int c = get_global_id(1);
    SHIFT(c) = 0.0f;
    SLOPE(c) = 0.0f;
}

/* dinput = scale (doutput - mean(doutput) - xhat mean(doutput xhat)), xhat = (input - mean) inverse. Absent lanes become 0. */
kernel void KERNEL(batch_norm_backward)(global const real *input, global const real *doutput,
                                        global const float *scratch, global real *dinput,
                                        int count) {
    const int item = get_global_id(1) * PER_ITEM;
    const size_t begin = get_global_id(2) * CHANNELS * AREA;
    const int images = images_of_shard(count, get_global_id(2));
    for (int i = item; i < item + PER_ITEM; i++) {
        const int c = i / AREA;
        const real centred = REAL(MEAN(c)) - RELU(AT(input, begin + i));
        const real d = real_fma(centred, REAL(SLOPE(c)), AT(doutput, begin + i) - REAL(SHIFT(c)));
        const real masked = RELU_MASK(real_clean(REAL(SCALE(c)) * real_clean(d)), input, begin + i);
        AT(dinput, begin + i) = PRESENT(masked, images);
    }
}

#undef MEAN
#undef INVERSE
#undef SCALE
#undef SHIFT
#undef SLOPE
#undef SUM
#undef SHARD_MEAN
#undef SQUARES

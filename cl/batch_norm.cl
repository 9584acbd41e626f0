/* batch_norm.cl: normalises each channel to mean 0 and variance 1 over the batch, then multiplies
 * by weight and adds bias.
 *
 *   output = (input - mean) / sqrt(variance + eps) weight + bias
 *
 * Without AFFINE, the layer has no weight and bias: they count as 1 and +0.
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

#define STATISTICS_REPLACE 2 /* of enum statistics_update */

#define MEAN(c)    scratch[5 * (c) + 0]
#define INVERSE(c) scratch[5 * (c) + 1] /* 1 / sqrt(variance + eps) */
#define SCALE(c)   scratch[5 * (c) + 2] /* weight x inverse */
#define SHIFT(c)   scratch[5 * (c) + 3] /* mean of doutput */
#define SLOPE(c)   scratch[5 * (c) + 4] /* mean of doutput xhat, x inverse */

#define SUM(shard, c)        scratch[5 * CHANNELS + ((size_t)(shard)*CHANNELS + (c)) * 3 + 0]
#define SHARD_MEAN(shard, c) scratch[5 * CHANNELS + ((size_t)(shard)*CHANNELS + (c)) * 3 + 1]
#define SQUARES(shard, c)    scratch[5 * CHANNELS + ((size_t)(shard)*CHANNELS + (c)) * 3 + 2]

/* The gradients of bias and weight of a shard: where they are not those of a parameter, they take
 * the place of sums that only forward needs. */
#if AFFINE
#define SCALED(c, inverse) weft_clean(parameters[WEIGHT + (c)] * (inverse))
#define SHIFTED(c)         parameters[BIAS + (c)]
#define DBIAS(shard, c)    partials[(size_t)(shard)*PARTIALS_STRIDE + BIAS + (c)]
#define DWEIGHT(shard, c)  partials[(size_t)(shard)*PARTIALS_STRIDE + WEIGHT + (c)]
#else
#define SCALED(c, inverse) (inverse)
#define SHIFTED(c)         0.0f
#define DBIAS(shard, c)    SUM(shard, c)
#define DWEIGHT(shard, c)  SQUARES(shard, c)
#endif

/* The sum, mean and squared deviations of one shard's channel: in each lane with an image chains
 * over rows and columns, then the lanes as a tree. A work-item beyond the last shard computes that,
 * because of the barriers, and writes nothing. */
WEFT_INLINE void KERNEL(batch_norm_measure)(int c, int shard, LANE_MEMORY lanes,
                                            global const real *input, global float *scratch,
                                            int count) {
    const int wanted = shard;
    shard = min(shard, (count - 1) / 16);
    const int images = images_of_shard(count, shard);
    const int begin = c * AREA, end = begin + AREA;
    real lane_sum = REAL(0.0f), squares = REAL(0.0f);
    input = OF_SHARD(input, IN_SIZE);
    FOR_LOADS(i, begin, end, AREA_TOGETHER) {
        lane_sum += RELU(AT(input, i));
    }
    const float sum = SUM_OF_LANES(lanes, ZERO_EMPTY(lane_sum, images));
    const float mean = weft_clean(weft_device_div(sum, (float)(images * AREA)));
    FOR_LOADS(i, begin, end, AREA_TOGETHER) {
        const real deviation = RELU(AT(input, i)) - REAL(mean);
        squares = real_fma(deviation, deviation, squares);
    }
    const float shard_squares = SUM_OF_LANES(lanes, ZERO_EMPTY(squares, images));
    if (FIRST_LANE == 0 && shard == wanted) {
        SUM(shard, c) = sum;
        SHARD_MEAN(shard, c) = mean;
        SQUARES(shard, c) = shard_squares;
    }
}

/* running = (1 - momentum) running + momentum value, or the value itself. */
WEFT_INLINE float KERNEL(batch_norm_updated)(float running, float value, int update) {
    const float kept = (1.0f - MOMENTUM) * running;
    return update == STATISTICS_REPLACE ? value : weft_clean(fma(MOMENTUM, value, kept));
}

/* MEAN, INVERSE and SCALE of channel ${c}, and the squared deviations of the batch: combines the
 * shards, in order; or, without ${batch}, from running statistics. */
WEFT_INLINE float4 KERNEL(batch_norm_statistics)(int c, global const float *scratch,
                                                 global const float *parameters,
                                                 global const float *buffers, int count,
                                                 int batch) {
    const int shards = batch ? (count + 15) / 16 : 0;
    const float n = (float)((uint)count * AREA);
    float total = 0.0f, squares = 0.0f;
    for (int shard = 0; shard < shards; shard++) {
        total += SUM(shard, c);
    }
    const float mean = batch ? weft_clean(weft_device_div(total, n)) : buffers[RUNNING_MEAN + c];
    for (int shard = 0; shard < shards; shard++) {
        const float deviation = SHARD_MEAN(shard, c) - mean;
        const float weighted = (float)(images_of_shard(count, shard) * AREA) * deviation;
        squares += SQUARES(shard, c);
        squares = fma(weighted, deviation, squares);
    }
    const float variance =
        batch ? weft_clean(weft_device_div(squares, n)) : buffers[RUNNING_VAR + c];
    const float inverse = weft_clean(weft_device_div(1.0f, weft_device_sqrt(variance + EPS)));
    return (float4)(mean, inverse, SCALED(c, inverse), squares);
}

/* Stores ${statistics} of channel ${c}. Updates running_mean and running_var as ${update}, of enum
 * statistics_update, says; 0: not. */
WEFT_INLINE void KERNEL(batch_norm_keep)(int c, float4 statistics, global float *scratch,
                                         global float *buffers, int count, int update) {
    const uint n = (uint)count * AREA;
    if (update) {
        const float unbiased =
            n > 1 ? weft_clean(weft_device_div(statistics.w, (float)(n - 1))) : 0.0f;
        global float *mean = buffers + RUNNING_MEAN + c, *variance = buffers + RUNNING_VAR + c;
        *mean = KERNEL(batch_norm_updated)(*mean, statistics.x, update);
        *variance = KERNEL(batch_norm_updated)(*variance, unbiased, update);
    }
    MEAN(c) = statistics.x;
    INVERSE(c) = statistics.y;
    SCALE(c) = statistics.z;
}

WEFT_INLINE void KERNEL(batch_norm_settle)(int c, int unused, LANE_MEMORY lanes,
                                           global float *scratch, global const float *parameters,
                                           global float *buffers, int count, int update) {
    const float4 statistics =
        KERNEL(batch_norm_statistics)(c, scratch, parameters, buffers, count, true);
    KERNEL(batch_norm_keep)(c, statistics, scratch, buffers, count, update);
}

/* The same from running statistics. */
WEFT_INLINE void KERNEL(batch_norm_settle_running)(int c, int unused, LANE_MEMORY lanes,
                                                   global float *scratch,
                                                   global const float *parameters,
                                                   global float *buffers) {
    const float4 statistics =
        KERNEL(batch_norm_statistics)(c, scratch, parameters, buffers, 0, false);
    KERNEL(batch_norm_keep)(c, statistics, scratch, buffers, 0, false);
}

/* The output of the value at ${i}. */
WEFT_INLINE real KERNEL(batch_norm_output)(int i, global const real *input, float mean, float scale,
                                           float bias) {
    const real centred = RELU(AT(input, i)) - REAL(mean);
    return real_clean(real_fma(centred, REAL(scale), REAL(bias)));
}

/* One shard's dbias = sum of doutput and dweight = sum of doutput (input - mean) / sqrt(variance +
 * eps): chains and trees as above, also beyond the last shard. */
WEFT_INLINE void KERNEL(batch_norm_gradients)(int c, int shard, LANE_MEMORY lanes,
                                              global const real *input, global const real *doutput,
                                              global float *scratch, global float *partials,
                                              int count) {
    const int wanted = shard, begin = c * AREA, end = begin + AREA;
    shard = min(shard, (count - 1) / 16);
    real sum = REAL(0.0f), product = REAL(0.0f);
    input = OF_SHARD(input, IN_SIZE);
    doutput = OF_SHARD(doutput, IN_SIZE);
    FOR_LOADS(i, begin, end, AREA_TOGETHER) {
        const real d = AT(doutput, i);
        sum += d;
        product = real_fma(d, RELU(AT(input, i)) - REAL(MEAN(c)), product);
    }
    const float shard_sum = SUM_OF_LANES(lanes, sum);
    const float shard_product = SUM_OF_LANES(lanes, product);
    if (FIRST_LANE == 0 && shard == wanted) {
        DBIAS(shard, c) = shard_sum;
        DWEIGHT(shard, c) = weft_clean(shard_product) * INVERSE(c);
    }
}

/* SHIFT and SLOPE of channel ${c}, the means over the batch that the gradient of the input needs; 0
 * without ${batch}: running statistics do not depend on the input. */
WEFT_INLINE float2 KERNEL(batch_norm_means)(int c, global const float *scratch,
                                            global const float *partials, int count, int batch) {
    const int shards = (count + 15) / 16;
    const float n = (float)((uint)count * AREA);
    float sum = 0.0f, product = 0.0f;
    if (!batch) {
        return (float2)(0.0f, 0.0f);
    }
    for (int shard = 0; shard < shards; shard++) {
        sum += DBIAS(shard, c);
        product += DWEIGHT(shard, c);
    }
    return (float2)(weft_clean(weft_device_div(sum, n)),
                    weft_clean(weft_clean(weft_device_div(product, n)) * INVERSE(c)));
}

WEFT_INLINE void KERNEL(batch_norm_dsettle)(int c, int unused, LANE_MEMORY lanes,
                                            global float *scratch, global const float *partials,
                                            int count) {
    const float2 means = KERNEL(batch_norm_means)(c, scratch, partials, count, true);
    SHIFT(c) = means.x;
    SLOPE(c) = means.y;
}

WEFT_INLINE void KERNEL(batch_norm_dsettle_running)(int c, int unused, LANE_MEMORY lanes,
                                                    global float *scratch) {
    SHIFT(c) = 0.0f;
    SLOPE(c) = 0.0f;
}

/* dinput = scale (doutput - mean(doutput) - xhat mean(doutput xhat)), xhat = (input - mean)
 * inverse; 0 in empty lanes. ${means}: SHIFT, SLOPE. */
WEFT_INLINE real KERNEL(batch_norm_dinput)(int i, int images, global const real *input,
                                           global const real *doutput, float mean, float scale,
                                           float2 means) {
    const real centred = REAL(mean) - RELU(AT(input, i));
    const real d = real_fma(centred, REAL(means.y), AT(doutput, i) - REAL(means.x));
    const real masked = RELU_GRADIENT(real_clean(REAL(scale) * real_clean(d)), input, i);
    return ZERO_EMPTY(masked, images);
}

WEFT_INLINE void KERNEL(batch_norm_forward)(int item, int shard, LANE_MEMORY lanes,
                                            global const real *input,
                                            global const float *parameters,
                                            global const float *scratch, global real *output) {
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, IN_SIZE);
#if VALUES_PER_ITEM == 1
    const int c = item / AREA;
    AT(output, item) = KERNEL(batch_norm_output)(item, input, MEAN(c), SCALE(c), SHIFTED(c));
#else
    const int end = (item + 1) * VALUES_PER_ITEM;
    for (int i = item * VALUES_PER_ITEM; i < end;) {
        const int c = i / AREA, next = min(end, (c + 1) * AREA);
        const float mean = MEAN(c), scale = SCALE(c), bias = SHIFTED(c);
        for (; i < next; i++) {
            AT(output, i) = KERNEL(batch_norm_output)(i, input, mean, scale, bias);
        }
    }
#endif
}

WEFT_INLINE void KERNEL(batch_norm_backward)(int item, int shard, LANE_MEMORY lanes,
                                             global const real *input, global const real *doutput,
                                             global const float *scratch, global real *dinput,
                                             int count) {
    const int images = images_of_shard(count, shard);
    input = OF_SHARD(input, IN_SIZE);
    doutput = OF_SHARD(doutput, IN_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
    for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {
        const int c = i / AREA;
        AT(dinput, i) = KERNEL(batch_norm_dinput)(i, images, input, doutput, MEAN(c), SCALE(c),
                                                  (float2)(SHIFT(c), SLOPE(c)));
    }
}

#if ITEM_LANES == 1

/* settle and forward, settle_running and forward, dsettle and backward: where the batch has few
 * shards, each group settles its channels again. Work-item k of the group settles the k-th of them
 * and stores the result in the memory of row k; an item is SETTLED_VALUES of one channel. The
 * statistics are kept by the first group that has values of the channel. */
#define GROUP_BEGIN (SETTLED_VALUES * (item - GROUP_ROW))
#define GROUP_END   (GROUP_BEGIN + SETTLED_VALUES * GROUP_ROWS)

WEFT_INLINE void KERNEL(batch_norm_settled_forward)(int item, int shard, LANE_MEMORY lanes,
                                                    global const real *input,
                                                    global const float *parameters,
                                                    global float *buffers, global float *scratch,
                                                    global real *output, int count, int update,
                                                    int batch) {
    const int first = GROUP_BEGIN / AREA, c = SETTLED_VALUES * item / AREA;
    const int settled = first + 16 * GROUP_ROW + FIRST_LANE;
    if (settled * AREA < GROUP_END) {
        const float4 statistics =
            KERNEL(batch_norm_statistics)(settled, scratch, parameters, buffers, count, batch);
        ROW_MEMORY(lanes, settled - first)[0] = statistics.x;
        ROW_MEMORY(lanes, settled - first)[1] = statistics.z;
        if (shard == 0 && settled * AREA >= GROUP_BEGIN) {
            KERNEL(batch_norm_keep)(settled, statistics, scratch, buffers, count, update);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const float mean = ROW_MEMORY(lanes, c - first)[0], scale = ROW_MEMORY(lanes, c - first)[1];
    const float bias = SHIFTED(c);
    input = OF_SHARD(input, IN_SIZE);
    output = OF_SHARD(output, IN_SIZE);
#pragma unroll
    for (int i = SETTLED_VALUES * item; i < SETTLED_VALUES * (item + 1); i++) {
        AT(output, i) = KERNEL(batch_norm_output)(i, input, mean, scale, bias);
    }
}

WEFT_INLINE void KERNEL(batch_norm_settled_backward)(int item, int shard, LANE_MEMORY lanes,
                                                     global const real *input,
                                                     global const real *doutput,
                                                     global const float *scratch,
                                                     global const float *partials,
                                                     global real *dinput, int count, int batch) {
    const int first = GROUP_BEGIN / AREA, c = SETTLED_VALUES * item / AREA;
    const int settled = first + 16 * GROUP_ROW + FIRST_LANE;
    if (settled * AREA < GROUP_END) {
        const float2 means = KERNEL(batch_norm_means)(settled, scratch, partials, count, batch);
        ROW_MEMORY(lanes, settled - first)[0] = means.x;
        ROW_MEMORY(lanes, settled - first)[1] = means.y;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const float2 means = (float2)(ROW_MEMORY(lanes, c - first)[0], ROW_MEMORY(lanes, c - first)[1]);
    const float mean = MEAN(c), scale = SCALE(c);
    const int images = images_of_shard(count, shard);
    input = OF_SHARD(input, IN_SIZE);
    doutput = OF_SHARD(doutput, IN_SIZE);
    dinput = OF_SHARD(dinput, IN_SIZE);
#pragma unroll
    for (int i = SETTLED_VALUES * item; i < SETTLED_VALUES * (item + 1); i++) {
        AT(dinput, i) = KERNEL(batch_norm_dinput)(i, images, input, doutput, mean, scale, means);
    }
}

#endif

WEFT_INLINE void KERNEL(batch_norm_channel_output)(int c, global const real *input,
                                                   global const float *parameters,
                                                   global const float *scratch, global real *output,
                                                   int shards) {
    const float mean = MEAN(c), scale = SCALE(c), bias = SHIFTED(c);
    for (int v = GROUP_ROW; v < shards * AREA; v += GROUP_ROWS) {
        const int shard = v / AREA, i = c * AREA + v % AREA;
        AT(OF_SHARD(output, IN_SIZE), i) =
            KERNEL(batch_norm_output)(i, OF_SHARD(input, IN_SIZE), mean, scale, bias);
    }
}

/* measure, settle and forward for a channel of the batch. */
WEFT_INLINE void KERNEL(batch_norm_channel_forward)(int c, int unused, LANE_MEMORY lanes,
                                                    global const real *input,
                                                    global const float *parameters,
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
WEFT_INLINE void KERNEL(batch_norm_channel_running)(int c, int unused, LANE_MEMORY lanes,
                                                    global const real *input,
                                                    global const float *parameters,
                                                    global float *buffers, global float *scratch,
                                                    global real *output, int count) {
    if (GROUP_FIRST) {
        KERNEL(batch_norm_settle_running)(c, 0, lanes, scratch, parameters, buffers);
    }
    GROUP_BARRIER;
    KERNEL(batch_norm_channel_output)
    (c, input, parameters, scratch, output, (count + 15) / 16);
}

/* gradients, dsettle and backward for a channel of the batch. */
WEFT_INLINE void KERNEL(batch_norm_channel_backward)(int c, int unused, LANE_MEMORY lanes,
                                                     global const real *input,
                                                     global const real *doutput,
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
    const float mean = MEAN(c), scale = SCALE(c);
    const float2 means = (float2)(SHIFT(c), SLOPE(c));
    for (int v = GROUP_ROW; v < shards * AREA; v += GROUP_ROWS) {
        const int shard = v / AREA, i = c * AREA + v % AREA;
        const int images = images_of_shard(count, shard);
        AT(OF_SHARD(dinput, IN_SIZE), i) = KERNEL(batch_norm_dinput)(
            i, images, OF_SHARD(input, IN_SIZE), OF_SHARD(doutput, IN_SIZE), mean, scale, means);
    }
}

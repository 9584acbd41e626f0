/* linear.cl: output[o] = bias[o] + sum over i of weight[o][i] input[i].
 *
 * An item of forward is TILE outputs. The first items of backward are those of the gradients of
 * parameters, GRADIENT_TILE outputs x 16 inputs; the others are those of the gradient of the input,
 * DINPUT_TILE inputs. */

/* A chain from the bias over i. */
WEFT_INLINE void KERNEL(linear_forward)(int item, int shard, LANE_MEMORY lanes,
                                        global const real *input, global const float *parameters,
                                        global real *output) {
    const int o = item * TILE;
    global const float *weight = parameters + WEIGHT + o * INPUTS;
    input = OF_SHARD(input, INPUTS);
    output = OF_SHARD(output, OUTPUTS);
    real sum[TILE];
#pragma unroll
    for (int t = 0; t < TILE; t++) {
        sum[t] = REAL(parameters[BIAS + o + t]);
    }
    FOR_LOADS(i, 0, INPUTS, INPUTS_TOGETHER) {
        const real x = RELU(AT(input, i));
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            sum[t] = real_fma(REAL(weight[t * INPUTS + i]), x, sum[t]);
        }
    }
#pragma unroll
    for (int t = 0; t < TILE; t++) {
        AT(output, o + t) = real_clean(sum[t]);
    }
}

/* dinput[i] = sum of weight[o][i] doutput[o]: a chain over o. For DINPUT_TILE inputs from ${i}. */
WEFT_INLINE void KERNEL(linear_dinput)(int i, global const real *input, global const real *doutput,
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

/* dweight[o][i] = sum of doutput[o] input[i], dbias[o] = sum of doutput[o]: chains over the images
 * of the shard. For GRADIENT_TILE outputs from ${o0} and 16 inputs from ${i0}. Here the lanes of a
 * vector are the 16 inputs, so the lanes of the images are transposed first. */
WEFT_INLINE void KERNEL(linear_dparameters)(int o0, int i0, global const float *input,
                                            global const float *doutput, global float *to) {
    global const float *x = input + i0 * 16;
    global const float *d = doutput + o0 * 16;
    global float *dweight = to + WEIGHT + o0 * INPUTS + i0;
    const int present = min(INPUTS - i0, 16);
#if ITEM_LANES == 16
    real by_image[16]; /* [image][input] */
    for (int i = 0; i < 16; i++) {
        by_image[i] = i < present ? RELU(vload16(i, x)) : REAL(0.0f);
    }
    transpose(by_image);
    for (int t = 0; t < GRADIENT_TILE; t++) {
        real sum = REAL(0.0f);
#pragma unroll
        for (int image = 0; image < 16; image++) {
            sum = real_fma(REAL(d[t * 16 + image]), by_image[image], sum);
        }
        if (present == 16) {
            vstore16(sum, 0, dweight + t * INPUTS);
        } else {
            float each[16];
            vstore16(sum, 0, each);
            for (int i = 0; i < present; i++) {
                dweight[t * INPUTS + i] = each[i];
            }
        }
    }
#else
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
#endif
    for (int t = FIRST_LANE; i0 == 0 && t < GRADIENT_TILE; t += 16 / ITEM_LANES) {
        float sum = 0.0f;
        for (int image = 0; image < 16; image++) {
            sum += d[t * 16 + image];
        }
        to[BIAS + o0 + t] = sum;
    }
}

#define GRADIENT_ITEMS (OUTPUTS / GRADIENT_TILE * ((INPUTS + 15) / 16))

WEFT_INLINE void KERNEL(linear_backward)(int item, int shard, LANE_MEMORY lanes,
                                         global const real *input, global const real *doutput,
                                         global const float *parameters, global float *partials,
                                         global real *dinput) {
    const int blocks = (INPUTS + 15) / 16;
    input = OF_SHARD(input, INPUTS);
    doutput = OF_SHARD(doutput, OUTPUTS);
    if (item < GRADIENT_ITEMS) {
        KERNEL(linear_dparameters)
        (item / blocks * GRADIENT_TILE, item % blocks * 16, (global const float *)input,
         (global const float *)doutput, partials + (size_t)shard * PARTIALS_STRIDE);
    } else {
        KERNEL(linear_dinput)
        ((item - GRADIENT_ITEMS) * DINPUT_TILE, input, doutput, parameters,
         OF_SHARD(dinput, INPUTS));
    }
}

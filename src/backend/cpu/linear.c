/* linear.c: output[o] = bias[o] + sum over i of weight[o][i] input[i]; +0 in place of the bias if
 * there is none. */
#include "backend/cpu/layer.h"

enum { WEIGHT, BIAS }; /* the layer's tensors */

/* A chain from the bias over i. */
static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    size_t inputs = task->layer->input.channels;
    const cpu_lanes *input = task->input + cpu_channel(task->layer->input, piece.shard, 0);
    for (size_t o = piece.begin; o < piece.end; o++) {
        cpu_lanes *output = task->output + cpu_channel(task->layer->output, piece.shard, o);
        cpu_fill(1, task->tensor[BIAS] != NULL ? task->tensor[BIAS][o] : 0.0f, output);
        for (size_t i = 0; i < inputs; i++) {
            cpu_add_scaled(1, task->tensor[WEIGHT][o * inputs + i], input + i, output);
        }
        cpu_clean(1, output);
    }
}

/* dweight[o][i] = sum of doutput[o] input[i], dbias[o] = sum of doutput[o]: chains over the images
 * of the shard. */
static void gradients(const struct cpu_task *task, struct cpu_piece piece) {
    size_t inputs = task->layer->input.channels;
    const cpu_lanes *input = task->input + cpu_channel(task->layer->input, piece.shard, 0);
    for (size_t o = piece.begin; o < piece.end; o++) {
        const float *doutput = task->doutput[cpu_channel(task->layer->output, piece.shard, o)];
        float *dweight = cpu_gradient(task, WEIGHT, piece.shard) + o * inputs;
        float sum = 0.0f;
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            sum += doutput[lane];
        }
        if (task->tensor[BIAS] != NULL) {
            cpu_gradient(task, BIAS, piece.shard)[o] = sum;
        }
        for (size_t i = 0; i < inputs; i++) {
            sum = 0.0f;
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                sum = fmaf(doutput[lane], input[i][lane], sum);
            }
            dweight[i] = sum;
        }
    }
}

/* dinput[i] = sum of weight[o][i] doutput[o]: a chain over o. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    size_t inputs = task->layer->input.channels, outputs = task->layer->output.channels;
    const cpu_lanes *doutput = task->doutput + cpu_channel(task->layer->output, piece.shard, 0);
    for (size_t i = piece.begin; i < piece.end; i++) {
        cpu_lanes *dinput = task->dinput + cpu_channel(task->layer->input, piece.shard, i);
        cpu_fill(1, 0.0f, dinput);
        for (size_t o = 0; o < outputs; o++) {
            cpu_add_scaled(1, task->tensor[WEIGHT][o * inputs + i], doutput + o, dinput);
        }
        cpu_clean(1, dinput);
    }
}

const struct cpu_layer CPU_NAME(linear) = {
    .forward = forward,
    .gradients = gradients,
    .backward = backward,
};

/* conv2d.c: convolution, stride 1, no padding (a cross-correlation, as usual).
 *
 *   output[k][y][x] = bias[k] + sum over c, i, j of weight[k][c][i][j] input[c][y + i][x + j]
 */
#include "backend/cpu/layer.h"

enum { WEIGHT, BIAS }; /* the layer's tensors */

/* The weights of output channel ${k} and input channel ${c}: [kernel_height][kernel_width]. */
static size_t taps(const struct network_layer *layer, size_t k, size_t c) {
    return (k * layer->input.channels + c) * layer->as.conv2d.kernel_height *
           layer->as.conv2d.kernel_width;
}

/* A chain from the bias over c, i, j. */
static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t rows = layer->as.conv2d.kernel_height, columns = layer->as.conv2d.kernel_width;
    size_t width = layer->output.width;
    for (size_t k = piece.begin; k < piece.end; k++) {
        cpu_lanes *output = task->output + cpu_channel(layer->output, piece.shard, k);
        for (size_t y = 0; y < layer->output.height && cpu_go_on(task); y++, output += width) {
            cpu_fill(width, task->tensor[BIAS][k], output);
            for (size_t c = 0; c < layer->input.channels; c++) {
                const cpu_lanes *input = task->input + cpu_channel(layer->input, piece.shard, c);
                const float *weight = task->tensor[WEIGHT] + taps(layer, k, c);
                for (size_t i = 0; i < rows; i++) {
                    for (size_t j = 0; j < columns; j++) {
                        cpu_add_scaled(width, weight[i * columns + j],
                                       input + (y + i) * layer->input.width + j, output);
                    }
                }
            }
            cpu_clean(width, output);
        }
    }
}

/* dbias[k]: in each lane a chain over y, x; then the lanes as a tree. */
static float dbias(const struct cpu_task *task, size_t shard, size_t k) {
    const cpu_lanes *doutput = task->doutput + cpu_channel(task->layer->output, shard, k);
    size_t area = task->layer->output.height * task->layer->output.width;
    cpu_lanes sum = {0};
    for (size_t i = 0; i < area; i++) {
        cpu_add(1, &doutput[i], &sum);
    }
    return cpu_sum_lanes(sum);
}

/* dweight[k][c][i][j] = sum of doutput[k][y][x] input[c][y + i][x + j]: in each lane a chain over
 * y, x; then the lanes as a tree. ${input} points at input[c][i][j]. */
static float dweight(const struct network_layer *layer, const cpu_lanes *doutput,
                     const cpu_lanes *input) {
    cpu_lanes sum = {0};
    for (size_t y = 0; y < layer->output.height; y++) {
        for (size_t x = 0; x < layer->output.width; x++) {
            const float *d = doutput[y * layer->output.width + x];
            const float *in = input[y * layer->input.width + x];
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                sum[lane] = fmaf(d[lane], in[lane], sum[lane]);
            }
        }
    }
    return cpu_sum_lanes(sum);
}

static void gradients(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t rows = layer->as.conv2d.kernel_height, columns = layer->as.conv2d.kernel_width;
    for (size_t k = piece.begin; k < piece.end; k++) {
        const cpu_lanes *doutput = task->doutput + cpu_channel(layer->output, piece.shard, k);
        cpu_gradient(task, BIAS, piece.shard)[k] = dbias(task, piece.shard, k);
        for (size_t c = 0; c < layer->input.channels && cpu_go_on(task); c++) {
            const cpu_lanes *input = task->input + cpu_channel(layer->input, piece.shard, c);
            float *d = cpu_gradient(task, WEIGHT, piece.shard) + taps(layer, k, c);
            for (size_t i = 0; i < rows; i++) {
                for (size_t j = 0; j < columns; j++) {
                    d[i * columns + j] =
                        dweight(layer, doutput, input + i * layer->input.width + j);
                }
            }
        }
    }
}

/* dinput[c][y][x] = sum of weight[k][c][i][j] doutput[k][y - i][x - j], omitting taps outside the
 * output: a chain over k, i, j. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t rows = layer->as.conv2d.kernel_height, columns = layer->as.conv2d.kernel_width;
    struct tensor_shape output = layer->output;
    for (size_t c = piece.begin; c < piece.end; c++) {
        cpu_lanes *dinput = task->dinput + cpu_channel(layer->input, piece.shard, c);
        cpu_fill(layer->input.height * layer->input.width, 0.0f, dinput);
        for (size_t k = 0; k < output.channels && cpu_go_on(task); k++) {
            const cpu_lanes *doutput = task->doutput + cpu_channel(output, piece.shard, k);
            const float *weight = task->tensor[WEIGHT] + taps(layer, k, c);
            for (size_t i = 0; i < rows; i++) {
                for (size_t j = 0; j < columns; j++) {
                    for (size_t y = 0; y < output.height; y++) {
                        cpu_add_scaled(output.width, weight[i * columns + j],
                                       doutput + y * output.width,
                                       dinput + (y + i) * layer->input.width + j);
                    }
                }
            }
        }
        cpu_clean(layer->input.height * layer->input.width, dinput);
    }
}

const struct cpu_layer CPU_NAME(conv2d) = {
    .forward = forward,
    .gradients = gradients,
    .backward = backward,
};

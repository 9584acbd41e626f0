/* conv2d.c: convolution (a cross-correlation, as usual).
 *
 *   output[k][y][x] = bias[k] + sum over c, i, j of
 *     weight[k][c][i][j] input[c][y stride + i dilation - padding][x stride + j dilation - padding]
 *
 * Taps outside the input are omitted; +0 takes the place of the bias if there is none. The channels
 * c are those of the group of k: the output and the input are cut into as many groups of adjacent
 * channels. In weight, c is counted from the first channel of the group. */
#include "backend/cpu/layer.h"

enum { WEIGHT, BIAS }; /* the layer's tensors */

/* The weights of output channel ${k} and input channel ${c} of its group:
 * [kernel.height][kernel.width]. */
static size_t taps(const struct network_layer *layer, size_t k, size_t c) {
    return (k * conv2d_group_inputs(layer) + c) * layer->as.conv2d.kernel.height *
           layer->as.conv2d.kernel.width;
}

/* The outputs ${begin} .. ${end} - 1 of one dimension, those for which a tap is inside the input.
 * The tap of output x is at input x stride + offset - padding. */
struct span {
    size_t begin, end, stride, offset, padding;
};

/* n / stride. A division takes as long as a short row of products, and most strides are 1. */
static size_t quotient(size_t n, size_t stride) {
    return stride == 1 ? n : n / stride;
}

static struct span span_of(size_t offset, size_t stride, size_t padding, size_t inputs,
                           size_t outputs) {
    struct span span = {0, 0, stride, offset, padding};
    span.begin = offset < padding ? quotient(padding - offset + stride - 1, stride) : 0;
    span.end = offset < inputs + padding ? quotient(inputs + padding - offset - 1, stride) + 1 : 0;
    span.end = span.end < outputs ? span.end : outputs;
    return span.begin < span.end ? span : (struct span){.stride = stride};
}

static size_t at(struct span span, size_t output) {
    return output * span.stride + span.offset - span.padding;
}

static struct span rows_of(const struct network_layer *layer, size_t i) {
    return span_of(i * layer->as.conv2d.dilation.height, layer->as.conv2d.stride.height,
                   layer->as.conv2d.padding.height, layer->input.height, layer->output.height);
}

static struct span columns_of(const struct network_layer *layer, size_t j) {
    return span_of(j * layer->as.conv2d.dilation.width, layer->as.conv2d.stride.width,
                   layer->as.conv2d.padding.width, layer->input.width, layer->output.width);
}

/* to[i to_stride] += weight from[i from_stride] for i below ${count}. */
static void add_scaled(size_t count, float weight, const cpu_lanes *from, size_t from_stride,
                       cpu_lanes *to, size_t to_stride) {
    if (from_stride == 1 && to_stride == 1) {
        cpu_add_scaled(count, weight, from, to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        cpu_add_scaled(1, weight, from + i * from_stride, to + i * to_stride);
    }
}

/* A chain from the bias over c, i, j. */
static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    struct network_pair kernel = layer->as.conv2d.kernel;
    size_t width = layer->output.width;
    for (size_t k = piece.begin; k < piece.end; k++) {
        cpu_lanes *output = task->output + cpu_channel(layer->output, piece.shard, k);
        size_t first = k / conv2d_group_outputs(layer) * conv2d_group_inputs(layer);
        for (size_t y = 0; y < layer->output.height && cpu_go_on(task); y++, output += width) {
            cpu_fill(width, task->tensor[BIAS] != NULL ? task->tensor[BIAS][k] : 0.0f, output);
            for (size_t c = 0; c < conv2d_group_inputs(layer); c++) {
                const cpu_lanes *input =
                    task->input + cpu_channel(layer->input, piece.shard, first + c);
                const float *weight = task->tensor[WEIGHT] + taps(layer, k, c);
                for (size_t i = 0; i < kernel.height; i++) {
                    struct span rows = rows_of(layer, i);
                    for (size_t j = 0; y >= rows.begin && y < rows.end && j < kernel.width; j++) {
                        struct span x = columns_of(layer, j);
                        size_t from = at(rows, y) * layer->input.width + at(x, x.begin);
                        add_scaled(x.end - x.begin, weight[i * kernel.width + j], input + from,
                                   x.stride, output + x.begin, 1);
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

/* dweight[k][c][i][j] = sum of doutput[k][y][x] input[c][row][column], omitting taps outside the
 * input: in each lane a chain over y, x; then the lanes as a tree. ${rows} and ${columns} are those
 * of the tap. */
static float dweight(const struct network_layer *layer, const cpu_lanes *doutput,
                     const cpu_lanes *input, struct span rows, struct span columns) {
    cpu_lanes sum = {0};
    for (size_t y = rows.begin; y < rows.end; y++) {
        for (size_t x = columns.begin; x < columns.end; x++) {
            const float *d = doutput[y * layer->output.width + x];
            const float *in = input[at(rows, y) * layer->input.width + at(columns, x)];
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                sum[lane] = fmaf(d[lane], in[lane], sum[lane]);
            }
        }
    }
    return cpu_sum_lanes(sum);
}

static void gradients(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    struct network_pair kernel = layer->as.conv2d.kernel;
    for (size_t k = piece.begin; k < piece.end; k++) {
        const cpu_lanes *doutput = task->doutput + cpu_channel(layer->output, piece.shard, k);
        size_t first = k / conv2d_group_outputs(layer) * conv2d_group_inputs(layer);
        if (task->tensor[BIAS] != NULL) {
            cpu_gradient(task, BIAS, piece.shard)[k] = dbias(task, piece.shard, k);
        }
        for (size_t c = 0; c < conv2d_group_inputs(layer) && cpu_go_on(task); c++) {
            const cpu_lanes *input =
                task->input + cpu_channel(layer->input, piece.shard, first + c);
            float *d = cpu_gradient(task, WEIGHT, piece.shard) + taps(layer, k, c);
            for (size_t i = 0; i < kernel.height; i++) {
                for (size_t j = 0; j < kernel.width; j++) {
                    d[i * kernel.width + j] =
                        dweight(layer, doutput, input, rows_of(layer, i), columns_of(layer, j));
                }
            }
        }
    }
}

/* dinput[c][row][column] = sum of weight[k][c][i][j] doutput[k][y][x] over the taps that read it: a
 * chain over k, i, j. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    struct network_pair kernel = layer->as.conv2d.kernel;
    struct tensor_shape output = layer->output;
    for (size_t c = piece.begin; c < piece.end; c++) {
        cpu_lanes *dinput = task->dinput + cpu_channel(layer->input, piece.shard, c);
        size_t first = c / conv2d_group_inputs(layer) * conv2d_group_outputs(layer);
        cpu_fill(layer->input.height * layer->input.width, 0.0f, dinput);
        for (size_t k = first; k < first + conv2d_group_outputs(layer) && cpu_go_on(task); k++) {
            const cpu_lanes *doutput = task->doutput + cpu_channel(output, piece.shard, k);
            const float *weight =
                task->tensor[WEIGHT] + taps(layer, k, c % conv2d_group_inputs(layer));
            for (size_t i = 0; i < kernel.height; i++) {
                struct span rows = rows_of(layer, i);
                for (size_t j = 0; j < kernel.width; j++) {
                    struct span x = columns_of(layer, j);
                    for (size_t y = rows.begin; y < rows.end; y++) {
                        size_t to = at(rows, y) * layer->input.width + at(x, x.begin);
                        add_scaled(x.end - x.begin, weight[i * kernel.width + j],
                                   doutput + y * output.width + x.begin, 1, dinput + to, x.stride);
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

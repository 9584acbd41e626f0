/* max_pool2d.c: the largest value of each window; of equal ones the first in the order of rows and
 * columns. */
#include "backend/cpu/layer.h"
#include "sliding.h"

/* scratch: [shard][channel][row][column][lane] of the output: the index of the largest value in its
 * plane of the input. */
typedef uint32_t indices[CPU_LANES];

static size_t scratch(const struct network_layer *layer, size_t shards) {
    return shards * shape_size(layer->output) * sizeof(indices);
}

/* The window of the output (y, x): its largest value, and that value's index in the plane. Padding
 * takes no part. */
static void largest(const struct network_layer *layer, const cpu_lanes *plane, size_t y, size_t x,
                    cpu_lanes output, indices where) {
    struct network_pair kernel = layer->as.max_pool2d.kernel, stride = layer->as.max_pool2d.stride;
    struct network_pair padding = layer->as.max_pool2d.padding;
    size_t top = window_begin(y, stride.height, padding.height);
    size_t left = window_begin(x, stride.width, padding.width);
    size_t bottom =
        window_end(y, kernel.height, stride.height, padding.height, layer->input.height);
    size_t right = window_end(x, kernel.width, stride.width, padding.width, layer->input.width);
    size_t corner = top * layer->input.width + left;
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        output[lane] = plane[corner][lane];
        where[lane] = (uint32_t)corner;
    }
    for (size_t i = top; i < bottom; i++) {
        for (size_t j = left; j < right; j++) {
            size_t at = i * layer->input.width + j;
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                bool larger = plane[at][lane] > output[lane];
                output[lane] = larger ? plane[at][lane] : output[lane];
                where[lane] = larger ? (uint32_t)at : where[lane];
            }
        }
    }
}

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    for (size_t c = piece.begin; c < piece.end; c++) {
        const cpu_lanes *input = task->input + cpu_channel(layer->input, piece.shard, c);
        size_t at = cpu_channel(layer->output, piece.shard, c);
        for (size_t y = 0; y < layer->output.height; y++) {
            for (size_t x = 0; x < layer->output.width; x++, at++) {
                largest(layer, input, y, x, task->output[at], ((indices *)task->scratch)[at]);
            }
        }
    }
}

/* dinput: the sum of doutput over the windows that chose this value: a chain from +0 over the rows
 * and columns of the windows. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t plane = layer->input.height * layer->input.width;
    for (size_t c = piece.begin; c < piece.end; c++) {
        cpu_lanes *dinput = task->dinput + cpu_channel(layer->input, piece.shard, c);
        size_t begin = cpu_channel(layer->output, piece.shard, c);
        size_t end = cpu_channel(layer->output, piece.shard, c + 1);
        cpu_fill(plane, 0.0f, dinput);
        for (size_t at = begin; at < end; at++) {
            const uint32_t *where = ((const indices *)task->scratch)[at];
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                dinput[where[lane]][lane] += task->doutput[at][lane];
            }
        }
        cpu_clean(plane, dinput);
    }
}

const struct cpu_layer CPU_NAME(max_pool2d) = {
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
    .keeps_outputs = true,
};

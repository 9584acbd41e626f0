/* global_avg_pool2d.c: the mean of each channel: a chain of additions over its rows and columns
 * from 0, then one division. */
#include "backend/cpu/layer.h"

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct tensor_shape shape = task->layer->input;
    const size_t plane = shape.height * shape.width;
    for (size_t c = piece.begin; c < piece.end; c++) {
        const cpu_lanes *input = task->input + cpu_channel(shape, piece.shard, c);
        cpu_lanes *output = task->output + cpu_channel(task->layer->output, piece.shard, c);
        cpu_fill(1, 0.0f, output);
        for (size_t i = 0; i < plane; i++) {
            cpu_add(1, &input[i], output);
        }
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            (*output)[lane] = weft_clean(weft_div((*output)[lane], (float)plane));
        }
    }
}

/* dinput: doutput / count, clean. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct tensor_shape shape = task->layer->input;
    const size_t plane = shape.height * shape.width;
    for (size_t c = piece.begin; c < piece.end; c++) {
        const cpu_lanes *doutput = task->doutput + cpu_channel(task->layer->output, piece.shard, c);
        cpu_lanes *dinput = task->dinput + cpu_channel(shape, piece.shard, c);
        cpu_lanes part;
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            part[lane] = weft_clean(weft_div((*doutput)[lane], (float)plane));
        }
        for (size_t i = 0; i < plane; i++) {
            cpu_copy(1, &part, dinput + i);
        }
    }
}

const struct cpu_layer CPU_NAME(global_avg_pool2d) = {.forward = forward, .backward = backward};

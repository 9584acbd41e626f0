/* concat.c: the channels of the first input, then those of the second one, and so on. */
#include "backend/cpu/layer.h"

/* Returns the channels of the output before those of input ${input}. */
static size_t channels_before(const struct cpu_task *task, size_t input) {
    size_t channels = 0;
    for (size_t i = 0; i < input; i++) {
        channels += task->shapes[i].channels;
    }
    return channels;
}

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    const size_t plane = layer->output.height * layer->output.width;
    size_t input = 0, before = 0;
    for (size_t c = piece.begin; c < piece.end; c++) {
        while (c >= before + task->shapes[input].channels) {
            before += task->shapes[input++].channels;
        }
        cpu_copy(plane,
                 task->inputs[input] + cpu_channel(task->shapes[input], piece.shard, c - before),
                 task->output + cpu_channel(layer->output, piece.shard, c));
    }
}

/* dinput, of each input: doutput of its channels. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct tensor_shape output = task->layer->output;
    const size_t plane = output.height * output.width;
    const size_t first = channels_before(task, task->which) + piece.begin;
    cpu_copy((piece.end - piece.begin) * plane,
             task->doutput + cpu_channel(output, piece.shard, first),
             task->dinput + cpu_channel(task->shapes[task->which], piece.shard, piece.begin));
}

const struct cpu_layer CPU_NAME(concat) = {.forward = forward, .backward = backward};

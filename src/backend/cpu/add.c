/* add.c: the sum of all inputs: a chain from the first one, in which each sum is cleaned. */
#include "backend/cpu/layer.h"

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t begin = cpu_channel(layer->output, piece.shard, piece.begin);
    size_t count = cpu_channel(layer->output, piece.shard, piece.end) - begin;
    cpu_copy(count, task->inputs[0] + begin, task->output + begin);
    for (size_t i = 1; i < layer->input_count; i++) {
        cpu_add(count, task->inputs[i] + begin, task->output + begin);
        cpu_clean(count, task->output + begin);
    }
}

/* dinput, of each input: doutput. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    size_t begin = cpu_channel(task->layer->output, piece.shard, piece.begin);
    size_t end = cpu_channel(task->layer->output, piece.shard, piece.end);
    cpu_copy(end - begin, task->doutput + begin, task->dinput + begin);
}

const struct cpu_layer CPU_NAME(add) = {.forward = forward, .backward = backward};

/* flatten.c: channels, rows and columns become features. They are in memory in this order, so there
 * is nothing to compute, unless other layers read the input, too: then its gradient is not that of
 * the output alone. */
#include "backend/cpu/layer.h"

static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    size_t begin = cpu_channel(task->layer->input, piece.shard, piece.begin);
    size_t end = cpu_channel(task->layer->input, piece.shard, piece.end);
    cpu_copy(end - begin, task->doutput + begin, task->dinput + begin);
}

const struct cpu_layer CPU_NAME(flatten) = {.backward = backward};

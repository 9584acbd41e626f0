/* relu.c: output = input > 0 ? input : 0. */
#include "backend/cpu/layer.h"

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    struct tensor_shape shape = task->layer->output;
    size_t begin = cpu_channel(shape, piece.shard, piece.begin);
    size_t end = cpu_channel(shape, piece.shard, piece.end);
    for (size_t i = begin; i < end; i++) {
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            float x = task->input[i][lane];
            task->output[i][lane] = x > 0.0f ? x : 0.0f;
        }
    }
}

static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    struct tensor_shape shape = task->layer->input;
    size_t begin = cpu_channel(shape, piece.shard, piece.begin);
    size_t end = cpu_channel(shape, piece.shard, piece.end);
    for (size_t i = begin; i < end; i++) {
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            task->dinput[i][lane] = task->input[i][lane] > 0.0f ? task->doutput[i][lane] : 0.0f;
        }
    }
}

const struct cpu_layer CPU_NAME(relu) = {
    .forward = forward,
    .backward = backward,
    .backward_reads_input = true,
};

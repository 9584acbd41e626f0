/* dropout.c: in a training step, output = 0 or input x scale, as src/backend/dropout.h chooses;
 * elsewhere output = input. dinput is the same of doutput. */
#include "backend/dropout.h"
#include "backend/cpu/layer.h"

static void drop(const struct cpu_task *task, struct cpu_piece piece, const cpu_lanes *from,
                 cpu_lanes *to) {
    const struct tensor_shape shape = task->layer->output;
    const size_t first = cpu_channel(shape, piece.shard, 0);
    const size_t begin = cpu_channel(shape, piece.shard, piece.begin) - first;
    const size_t end = cpu_channel(shape, piece.shard, piece.end) - first;
    const uint32_t threshold = dropout_threshold(task->layer->as.dropout.p);
    const float scale = dropout_scale(task->layer->as.dropout.p);
    uint32_t words[CPU_LANES][4]; /* of four adjacent values */
    if (!task->trains) {
        cpu_copy(end - begin, from + first + begin, to + first + begin);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            const uint32_t image = (uint32_t)(piece.shard * CPU_LANES + lane);
            const uint32_t counter[4] = {(uint32_t)(i / 4), image, task->number, 0};
            if (i == begin || i % 4 == 0) {
                random_philox(counter, task->key, words[lane]);
            }
            to[first + i][lane] = words[lane][i % 4] >> 8 < threshold
                                      ? 0.0f
                                      : weft_clean(from[first + i][lane] * scale);
        }
    }
}

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    drop(task, piece, task->input, task->output);
}

static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    drop(task, piece, task->doutput, task->dinput);
}

const struct cpu_layer CPU_NAME(dropout) = {.forward = forward, .backward = backward};

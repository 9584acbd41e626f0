/* elementwise.h: layers each of whose values comes from one value.
 *
 * A file defines value, and gradient from the value ${v}: of the input, or of the output where
 * CPU_ELEMENTWISE_OF_OUTPUT defines the layer, and the gradient ${d} of the output. Both return a
 * clean number. */
#ifndef WEFT_CPU_ELEMENTWISE_H
#define WEFT_CPU_ELEMENTWISE_H

#include "backend/cpu/layer.h"

typedef float cpu_value(const struct network_layer *layer, float x);
typedef float cpu_value_gradient(const struct network_layer *layer, float v, float d);

static inline void cpu_values_forward(const struct cpu_task *task, struct cpu_piece piece,
                                      cpu_value *value) {
    struct tensor_shape shape = task->layer->output;
    size_t begin = cpu_channel(shape, piece.shard, piece.begin);
    size_t end = cpu_channel(shape, piece.shard, piece.end);
    for (size_t i = begin; i < end; i++) {
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            task->output[i][lane] = value(task->layer, task->input[i][lane]);
        }
    }
}

/* ${values}: the input or the output. */
static inline void cpu_values_backward(const struct cpu_task *task, struct cpu_piece piece,
                                       const cpu_lanes *values, cpu_value_gradient *gradient) {
    struct tensor_shape shape = task->layer->input;
    size_t begin = cpu_channel(shape, piece.shard, piece.begin);
    size_t end = cpu_channel(shape, piece.shard, piece.end);
    for (size_t i = begin; i < end; i++) {
        for (size_t lane = 0; lane < CPU_LANES; lane++) {
            task->dinput[i][lane] = gradient(task->layer, values[i][lane], task->doutput[i][lane]);
        }
    }
}

/* Defines the layer ${name}. */
#define CPU_ELEMENTWISE(name) CPU_ELEMENTWISE_(name, task->input, false)
#define CPU_ELEMENTWISE_OF_OUTPUT(name)                                                            \
    CPU_ELEMENTWISE_(name, (const cpu_lanes *)task->output, true)

#define CPU_ELEMENTWISE_(name, values, of_output)                                                  \
    static void forward(const struct cpu_task *task, struct cpu_piece piece) {                     \
        cpu_values_forward(task, piece, value);                                                    \
    }                                                                                              \
    static void backward(const struct cpu_task *task, struct cpu_piece piece) {                    \
        cpu_values_backward(task, piece, values, gradient);                                        \
    }                                                                                              \
    const struct cpu_layer CPU_NAME(name) = {.forward = forward,                                   \
                                             .backward = backward,                                 \
                                             .backward_reads_input = !(of_output),                 \
                                             .backward_reads_output = (of_output)};

#endif

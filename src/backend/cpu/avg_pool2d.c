/* avg_pool2d.c: the mean of each window: a chain of additions over its rows and columns from 0,
 * then one division. */
#include "backend/cpu/layer.h"
#include "sliding.h"

/* The values of the input in one window: rows ${top} .. ${bottom} - 1, columns ${left} .. ${right}
 * - 1. */
struct window {
    size_t top, bottom, left, right;
    float count; /* the divisor */
};

static struct window window_at(const struct network_layer *layer, size_t y, size_t x) {
    struct network_pair kernel = layer->as.avg_pool2d.kernel, stride = layer->as.avg_pool2d.stride;
    struct network_pair padding = layer->as.avg_pool2d.padding;
    struct window w = {
        window_begin(y, stride.height, padding.height),
        window_end(y, kernel.height, stride.height, padding.height, layer->input.height),
        window_begin(x, stride.width, padding.width),
        window_end(x, kernel.width, stride.width, padding.width, layer->input.width), 0};
    size_t inside = (w.bottom - w.top) * (w.right - w.left);
    w.count = layer->as.avg_pool2d.count_include_pad ? (float)kernel.height * (float)kernel.width
                                                     : (float)inside;
    return w;
}

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    for (size_t c = piece.begin; c < piece.end; c++) {
        const cpu_lanes *input = task->input + cpu_channel(layer->input, piece.shard, c);
        cpu_lanes *output = task->output + cpu_channel(layer->output, piece.shard, c);
        for (size_t y = 0; y < layer->output.height; y++) {
            for (size_t x = 0; x < layer->output.width; x++, output++) {
                struct window w = window_at(layer, y, x);
                cpu_fill(1, 0.0f, output);
                for (size_t i = w.top; i < w.bottom; i++) {
                    for (size_t j = w.left; j < w.right; j++) {
                        cpu_add(1, &input[i * layer->input.width + j], output);
                    }
                }
                for (size_t lane = 0; lane < CPU_LANES; lane++) {
                    (*output)[lane] = weft_clean(weft_div((*output)[lane], w.count));
                }
            }
        }
    }
}

/* dinput: a chain of additions over the value's windows, by rows and columns, from 0; a term is
 * doutput / count, clean. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    const struct network_layer *layer = task->layer;
    size_t plane = layer->input.height * layer->input.width;
    for (size_t c = piece.begin; c < piece.end; c++) {
        cpu_lanes *dinput = task->dinput + cpu_channel(layer->input, piece.shard, c);
        const cpu_lanes *doutput = task->doutput + cpu_channel(layer->output, piece.shard, c);
        cpu_fill(plane, 0.0f, dinput);
        for (size_t y = 0; y < layer->output.height; y++) {
            for (size_t x = 0; x < layer->output.width; x++, doutput++) {
                struct window w = window_at(layer, y, x);
                cpu_lanes term;
                for (size_t lane = 0; lane < CPU_LANES; lane++) {
                    term[lane] = weft_clean(weft_div((*doutput)[lane], w.count));
                }
                for (size_t i = w.top; i < w.bottom; i++) {
                    for (size_t j = w.left; j < w.right; j++) {
                        cpu_add(1, &term, &dinput[i * layer->input.width + j]);
                    }
                }
            }
        }
        cpu_clean(plane, dinput);
    }
}

const struct cpu_layer CPU_NAME(avg_pool2d) = {.forward = forward, .backward = backward};

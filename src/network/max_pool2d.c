/* max_pool2d.c: the largest value of each square window.
 *
 * (C, H, W) becomes (C, (H - kernel) / stride + 1, (W - kernel) / stride + 1), rounded down:
 * windows are inside the input, and rows and columns that fill no window are ignored. */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.max_pool2d.kernel,
                                    .width = layer->as.max_pool2d.kernel,
                                    .stride = layer->as.max_pool2d.stride};
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    text_add(text, "MaxPool2d(kernel_size=%zu, stride=%zu, padding=0, dilation=1, ceil_mode=False)",
             layer->as.max_pool2d.kernel, layer->as.max_pool2d.stride);
}

const struct layer_kind layer_max_pool2d = {
    .arguments = {{"kernel_size", ARGUMENT_SIZE, IN_LAYER(max_pool2d.kernel), .min = 1},
                  {"stride", ARGUMENT_SIZE, IN_LAYER(max_pool2d.stride), .min = 1,
                   .same_as = "kernel_size"}},
    .example = "\"kernel_size\": 3, \"stride\": 2",
    .infer = infer,
    .pytorch = pytorch,
};

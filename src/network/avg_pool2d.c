/* avg_pool2d.c: the mean of each square window.
 *
 * (C, H, W) becomes (C, (H + 2 padding - kernel) / stride + 1, (W + 2 padding - kernel) / stride +
 * 1), rounded down. Padding has the value 0. A mean is over kernel x kernel values with
 * count_include_pad, else over the values of the input. */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.avg_pool2d.kernel,
                                    .width = layer->as.avg_pool2d.kernel,
                                    .stride = layer->as.avg_pool2d.stride,
                                    .padding = layer->as.avg_pool2d.padding};
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    text_add(text, "AvgPool2d(kernel_size=%zu, stride=%zu, padding=%zu)",
             layer->as.avg_pool2d.kernel, layer->as.avg_pool2d.stride,
             layer->as.avg_pool2d.padding);
}

const struct layer_kind layer_avg_pool2d = {
    .arguments = {{"kernel_size", ARGUMENT_SIZE, IN_LAYER(avg_pool2d.kernel), .min = 1},
                  {"stride", ARGUMENT_SIZE, IN_LAYER(avg_pool2d.stride), .min = 1,
                   .same_as = "kernel_size"},
                  {"padding", ARGUMENT_SIZE, IN_LAYER(avg_pool2d.padding), .optional = true},
                  {"count_include_pad", ARGUMENT_BOOL, IN_LAYER(avg_pool2d.count_include_pad),
                   .optional = true, .fallback = true}},
    .example = "\"kernel_size\": 3, \"stride\": 2, \"padding\": 1, \"count_include_pad\": false",
    .infer = infer,
    .pytorch = pytorch,
};

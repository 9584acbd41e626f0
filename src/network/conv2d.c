/* conv2d.c: out_channels kernels over all input channels; stride 1, no padding.
 *
 * (C, H, W) becomes (out_channels, H - kernel_height + 1, W - kernel_width + 1). */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.conv2d.kernel_height,
                                    .width = layer->as.conv2d.kernel_width,
                                    .stride = 1};
    return layer_infer_windows(layer, layer->as.conv2d.out_channels, windows, "kernel", error);
}

static size_t declare(const struct network_layer *layer,
                      struct network_tensor tensors[LAYER_TENSORS_MAX]) {
    size_t out = layer->as.conv2d.out_channels;
    tensors[0] = (struct network_tensor){.name = "weight",
                                         .trained = true,
                                         .rank = 4,
                                         .shape = {out, layer->input.channels,
                                                   layer->as.conv2d.kernel_height,
                                                   layer->as.conv2d.kernel_width}};
    tensors[1] =
        (struct network_tensor){.name = "bias", .trained = true, .rank = 1, .shape = {out}};
    return 2;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    text_add(text, "Conv2d(%zu, %zu, kernel_size=(%zu, %zu), stride=(1, 1))", layer->input.channels,
             layer->as.conv2d.out_channels, layer->as.conv2d.kernel_height,
             layer->as.conv2d.kernel_width);
}

static uint64_t flop(const struct network_layer *layer) {
    uint64_t products = (uint64_t)layer->input.channels * layer->as.conv2d.kernel_height *
                        layer->as.conv2d.kernel_width;
    return 2 * products * shape_size(layer->output);
}

const struct layer_kind layer_conv2d = {
    .arguments = {{"out_channels", ARGUMENT_SIZE, IN_LAYER(conv2d.out_channels), .min = 1},
                  {"kernel_size", ARGUMENT_PAIR, IN_LAYER(conv2d.kernel_height), .min = 1}},
    .example = "\"out_channels\": 5, \"kernel_size\": [3, 2]",
    .infer = infer,
    .declare = declare,
    .initial = {INITIAL_UNIFORM, INITIAL_UNIFORM},
    .outputs = IN_LAYER(conv2d.out_channels),
    .pytorch = pytorch,
    .flop = flop,
};

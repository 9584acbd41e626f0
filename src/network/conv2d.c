/* conv2d.c: out_channels kernels over the input channels of their group.
 *
 * (C, H, W) becomes (out_channels, (H + 2 padding - extent) / stride + 1, the same of W), rounded
 * down, where a kernel covers extent = dilation (kernel_size - 1) + 1 rows or columns. */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {layer->as.conv2d.kernel, layer->as.conv2d.stride,
                                    layer->as.conv2d.padding, layer->as.conv2d.dilation};
    size_t groups = layer->as.conv2d.groups, outputs = layer->as.conv2d.out_channels;
    if (layer->input.channels % groups != 0 || outputs % groups != 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "groups: %zu does not divide both the %zu channels of the input and "
                         "out_channels, %zu",
                         groups, layer->input.channels, outputs);
    }
    return layer_infer_windows(layer, outputs, windows, "kernel", error);
}

static size_t declare(const struct network_layer *layer,
                      struct network_tensor tensors[LAYER_TENSORS_MAX]) {
    size_t out = layer->as.conv2d.out_channels;
    tensors[0] = (struct network_tensor){.name = "weight",
                                         .trained = true,
                                         .rank = 4,
                                         .shape = {out, conv2d_group_inputs(layer),
                                                   layer->as.conv2d.kernel.height,
                                                   layer->as.conv2d.kernel.width}};
    if (layer->as.conv2d.bias) {
        tensors[1] =
            (struct network_tensor){.name = "bias", .trained = true, .rank = 1, .shape = {out}};
    }
    return 2;
}

/* Adds ${pair} as PyTorch prints a tuple, after ${name}, unless both are ${omitted}. */
static void add_pair(struct text *text, const char *name, struct network_pair pair,
                     size_t omitted) {
    if (pair.height != omitted || pair.width != omitted) {
        text_add(text, ", %s=(%zu, %zu)", name, pair.height, pair.width);
    }
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    text_add(text, "Conv2d(%zu, %zu", layer->input.channels, layer->as.conv2d.out_channels);
    add_pair(text, "kernel_size", layer->as.conv2d.kernel, 0);
    add_pair(text, "stride", layer->as.conv2d.stride, 0);
    add_pair(text, "padding", layer->as.conv2d.padding, 0);
    add_pair(text, "dilation", layer->as.conv2d.dilation, 1);
    if (layer->as.conv2d.groups != 1) {
        text_add(text, ", groups=%zu", layer->as.conv2d.groups);
    }
    text_add(text, layer->as.conv2d.bias ? ")" : ", bias=False)");
}

/* Products with padding count, as PyTorch's tools count them. */
static uint64_t flop(const struct network_layer *layer) {
    uint64_t products = (uint64_t)conv2d_group_inputs(layer) * layer->as.conv2d.kernel.height *
                        layer->as.conv2d.kernel.width;
    return 2 * products * shape_size(layer->output);
}

const struct layer_kind layer_conv2d = {
    .arguments = {{"out_channels", ARGUMENT_SIZE, IN_LAYER(conv2d.out_channels), .min = 1},
                  {"kernel_size", ARGUMENT_PAIR, IN_LAYER(conv2d.kernel), .min = 1},
                  {"stride", ARGUMENT_PAIR, IN_LAYER(conv2d.stride), .min = 1, .optional = true,
                   .fallback = 1, .short_form = true},
                  {"padding", ARGUMENT_PAIR, IN_LAYER(conv2d.padding), .optional = true,
                   .short_form = true},
                  {"dilation", ARGUMENT_PAIR, IN_LAYER(conv2d.dilation), .min = 1, .optional = true,
                   .fallback = 1, .short_form = true},
                  {"groups", ARGUMENT_SIZE, IN_LAYER(conv2d.groups), .min = 1, .optional = true,
                   .fallback = 1, .short_form = true},
                  {"bias", ARGUMENT_BOOL, IN_LAYER(conv2d.bias), .optional = true, .fallback = true,
                   .short_form = true}},
    .example = "\"out_channels\": 6, \"kernel_size\": [3, 2], \"stride\": [2, 3], \"padding\": "
               "[2, 1], \"dilation\": [1, 2], \"groups\": 3, \"bias\": false",
    .infer = infer,
    .declare = declare,
    .initial = {INITIAL_UNIFORM, INITIAL_UNIFORM},
    .outputs = IN_LAYER(conv2d.out_channels),
    .backward_reads_input = true,
    .pytorch = pytorch,
    .flop = flop,
};

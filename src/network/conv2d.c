/* conv2d.c: out_channels kernels over all input channels; stride 1, no padding.
 *
 * (C, H, W) becomes (out_channels, H - kernel_height + 1, W - kernel_width + 1). */
#include "base/try.h"
#include "network/layer.h"

static const char *const arguments[] = {"kernel_size", "out_channels", NULL};

static enum weft_status parse(const struct json_t *list, struct weft_layer *layer,
                              struct weft_error *error) {
    TRY(argument_size(list, "out_channels", &layer->as.conv2d.out_channels, error));
    return argument_pair(list, "kernel_size", &layer->as.conv2d.kernel_height,
                         &layer->as.conv2d.kernel_width, error);
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.conv2d.kernel_height,
                                    .width = layer->as.conv2d.kernel_width,
                                    .stride = 1};
    return layer_infer_windows(layer, layer->as.conv2d.out_channels, windows, "kernel", error);
}

static size_t declare(const struct weft_layer *layer,
                      struct weft_tensor tensors[LAYER_TENSORS_MAX]) {
    size_t out = layer->as.conv2d.out_channels;
    tensors[0] =
        (struct weft_tensor){.name = "weight",
                             .trained = true,
                             .rank = 4,
                             .shape = {out, layer->input.channels, layer->as.conv2d.kernel_height,
                                       layer->as.conv2d.kernel_width}};
    tensors[1] = (struct weft_tensor){.name = "bias", .trained = true, .rank = 1, .shape = {out}};
    return 2;
}

static void write(const struct weft_layer *layer, struct json_writer *json) {
    size_t height = layer->as.conv2d.kernel_height, width = layer->as.conv2d.kernel_width;
    json_write_integer(json, "out_channels", layer->as.conv2d.out_channels);
    if (height == width) {
        json_write_integer(json, "kernel_size", height);
        return;
    }
    json_write_open(json, "kernel_size", '[');
    json_write_integer(json, NULL, height);
    json_write_integer(json, NULL, width);
    json_write_close(json, ']');
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    text_add(text, "Conv2d(%zu, %zu, kernel_size=(%zu, %zu), stride=(1, 1))", layer->input.channels,
             layer->as.conv2d.out_channels, layer->as.conv2d.kernel_height,
             layer->as.conv2d.kernel_width);
}

static uint64_t flop(const struct weft_layer *layer) {
    uint64_t products = (uint64_t)layer->input.channels * layer->as.conv2d.kernel_height *
                        layer->as.conv2d.kernel_width;
    return 2 * products * weft_shape_size(layer->output);
}

const struct layer_kind layer_conv2d = {.arguments = arguments,
                                        .example = "\"out_channels\": 5, \"kernel_size\": [3, 2]",
                                        .parse = parse,
                                        .infer = infer,
                                        .declare = declare,
                                        .initial = {INITIAL_UNIFORM, INITIAL_UNIFORM},
                                        .outputs =
                                            offsetof(struct weft_layer, as.conv2d.out_channels),
                                        .write = write,
                                        .pytorch = pytorch,
                                        .flop = flop};

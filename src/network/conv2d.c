/* conv2d.c: out_channels kernels over all input channels; stride 1, no padding.
 *
 * (C, H, W) becomes (out_channels, H - kernel_height + 1, W - kernel_width + 1). */
#include "network/layer.h"

static const char *const arguments[] = {"kernel_size", "out_channels", NULL};

static enum weft_status parse(const struct cJSON *list, struct weft_layer *layer,
                              struct weft_error *error) {
    enum weft_status status =
        argument_size(list, "out_channels", 0, &layer->as.conv2d.out_channels, error);
    if (status == WEFT_OK) {
        status = argument_pair(list, "kernel_size", &layer->as.conv2d.kernel_height,
                               &layer->as.conv2d.kernel_width, error);
    }
    return status;
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    size_t height = layer->as.conv2d.kernel_height, width = layer->as.conv2d.kernel_width;
    char input[64];
    enum weft_status status = layer_needs_image(layer, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (height > layer->input.height || width > layer->input.width) {
        return weft_fail(error, WEFT_BAD_FILE, "the kernel %zu x %zu is larger than its input %s",
                         height, width, weft_shape_text(layer->input, input));
    }
    layer->output = (struct weft_shape){.channels = layer->as.conv2d.out_channels,
                                        .height = layer->input.height - height + 1,
                                        .width = layer->input.width - width + 1};
    return WEFT_OK;
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
                                        .parse = parse,
                                        .infer = infer,
                                        .declare = declare,
                                        .initial = {INITIAL_UNIFORM, INITIAL_UNIFORM},
                                        .write = write,
                                        .pytorch = pytorch,
                                        .flop = flop};

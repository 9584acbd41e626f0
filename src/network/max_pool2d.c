/* max_pool2d.c: the largest value of each square window.
 *
 * (C, H, W) becomes (C, (H - kernel) / stride + 1, (W - kernel) / stride + 1), rounded down: windows lie
 * inside the input, and rows and columns that fill no window are not seen. */
#include "network/layer.h"

static const char *const arguments[] = {"kernel_size", "stride", NULL};

static enum weft_status parse(const struct cJSON *list, struct weft_layer *layer,
                              struct weft_error *error) {
    enum weft_status status =
        argument_size(list, "kernel_size", 0, &layer->as.max_pool2d.kernel, error);
    if (status == WEFT_OK) {
        /* Windows side by side, unless said otherwise. */
        status = argument_size(list, "stride", layer->as.max_pool2d.kernel,
                               &layer->as.max_pool2d.stride, error);
    }
    return status;
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    size_t kernel = layer->as.max_pool2d.kernel, stride = layer->as.max_pool2d.stride;
    char input[64];
    enum weft_status status = layer_needs_image(layer, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (kernel > layer->input.height || kernel > layer->input.width) {
        return weft_fail(error, WEFT_BAD_FILE, "the window %zu x %zu is larger than its input %s",
                         kernel, kernel, weft_shape_text(layer->input, input));
    }
    layer->output = (struct weft_shape){.channels = layer->input.channels,
                                        .height = (layer->input.height - kernel) / stride + 1,
                                        .width = (layer->input.width - kernel) / stride + 1};
    return WEFT_OK;
}

static void write(const struct weft_layer *layer, struct json_writer *json) {
    json_write_integer(json, "kernel_size", layer->as.max_pool2d.kernel);
    json_write_integer(json, "stride", layer->as.max_pool2d.stride);
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    text_add(text, "MaxPool2d(kernel_size=%zu, stride=%zu, padding=0, dilation=1, ceil_mode=False)",
             layer->as.max_pool2d.kernel, layer->as.max_pool2d.stride);
}

const struct layer_kind layer_max_pool2d = {
    .arguments = arguments, .parse = parse, .infer = infer, .write = write, .pytorch = pytorch};

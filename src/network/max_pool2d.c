/* max_pool2d.c: the largest value of each square window.
 *
 * (C, H, W) becomes (C, (H - kernel) / stride + 1, (W - kernel) / stride + 1), rounded down:
 * windows are inside the input, and rows and columns that fill no window are ignored. */
#include "base/try.h"
#include "network/layer.h"

static const char *const arguments[] = {"kernel_size", "stride", NULL};

static enum weft_status parse(const struct json_t *list, struct weft_layer *layer,
                              struct weft_error *error) {
    size_t *kernel = &layer->as.max_pool2d.kernel;
    TRY(argument_size(list, "kernel_size", kernel, error));
    return argument_optional(list, "stride", 1, *kernel, &layer->as.max_pool2d.stride, error);
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.max_pool2d.kernel,
                                    .width = layer->as.max_pool2d.kernel,
                                    .stride = layer->as.max_pool2d.stride};
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void write(const struct weft_layer *layer, struct json_writer *json) {
    json_write_integer(json, "kernel_size", layer->as.max_pool2d.kernel);
    json_write_integer(json, "stride", layer->as.max_pool2d.stride);
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    text_add(text, "MaxPool2d(kernel_size=%zu, stride=%zu, padding=0, dilation=1, ceil_mode=False)",
             layer->as.max_pool2d.kernel, layer->as.max_pool2d.stride);
}

const struct layer_kind layer_max_pool2d = {.arguments = arguments,
                                            .example = "\"kernel_size\": 3, \"stride\": 2",
                                            .parse = parse,
                                            .infer = infer,
                                            .write = write,
                                            .pytorch = pytorch};

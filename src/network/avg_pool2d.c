/* avg_pool2d.c: the mean of each square window.
 *
 * (C, H, W) becomes (C, (H + 2 padding - kernel) / stride + 1, (W + 2 padding - kernel) / stride +
 * 1), rounded down. Padding has the value 0. A mean is over kernel x kernel values with
 * count_include_pad, else over the values of the input. */
#include "base/try.h"
#include "network/layer.h"

static const char *const arguments[] = {"kernel_size", "stride", "padding", "count_include_pad",
                                        NULL};

static enum weft_status parse(const struct json_t *list, struct weft_layer *layer,
                              struct weft_error *error) {
    size_t *kernel = &layer->as.avg_pool2d.kernel;
    TRY(argument_size(list, "kernel_size", kernel, error));
    TRY(argument_optional(list, "stride", 1, *kernel, &layer->as.avg_pool2d.stride, error));
    TRY(argument_optional(list, "padding", 0, 0, &layer->as.avg_pool2d.padding, error));
    return argument_bool(list, "count_include_pad", true, &layer->as.avg_pool2d.count_include_pad,
                         error);
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {.height = layer->as.avg_pool2d.kernel,
                                    .width = layer->as.avg_pool2d.kernel,
                                    .stride = layer->as.avg_pool2d.stride,
                                    .padding = layer->as.avg_pool2d.padding};
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void write(const struct weft_layer *layer, struct json_writer *json) {
    json_write_integer(json, "kernel_size", layer->as.avg_pool2d.kernel);
    json_write_integer(json, "stride", layer->as.avg_pool2d.stride);
    json_write_integer(json, "padding", layer->as.avg_pool2d.padding);
    json_write_bool(json, "count_include_pad", layer->as.avg_pool2d.count_include_pad);
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    text_add(text, "AvgPool2d(kernel_size=%zu, stride=%zu, padding=%zu)",
             layer->as.avg_pool2d.kernel, layer->as.avg_pool2d.stride,
             layer->as.avg_pool2d.padding);
}

const struct layer_kind layer_avg_pool2d = {
    .arguments = arguments,
    .example = "\"kernel_size\": 3, \"stride\": 2, \"padding\": 1, \"count_include_pad\": false",
    .parse = parse,
    .infer = infer,
    .write = write,
    .pytorch = pytorch};

/* avg_pool2d.c: the mean of each window.
 *
 * (C, H, W) becomes (C, (H + 2 padding - kernel) / stride + 1, the same of W), rounded down.
 * Padding has the value 0. A mean is over all values of a window with count_include_pad, else over
 * the values of the input. */
#include "base/try.h"
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    struct layer_windows windows = {layer->as.avg_pool2d.kernel,
                                    layer->as.avg_pool2d.stride,
                                    layer->as.avg_pool2d.padding,
                                    {1, 1}};
    TRY(layer_check_padding(windows.kernel, windows.padding, error));
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    char kernel[64], stride[64], padding[64];
    text_add(text, "AvgPool2d(kernel_size=%s, stride=%s, padding=%s)",
             pair_python(layer->as.avg_pool2d.kernel, kernel),
             pair_python(layer->as.avg_pool2d.stride, stride),
             pair_python(layer->as.avg_pool2d.padding, padding));
}

const struct layer_kind layer_avg_pool2d = {
    .arguments = {{"kernel_size", ARGUMENT_PAIR, IN_LAYER(avg_pool2d.kernel), .min = 1},
                  {"stride", ARGUMENT_PAIR, IN_LAYER(avg_pool2d.stride), .min = 1,
                   .same_as = "kernel_size"},
                  {"padding", ARGUMENT_PAIR, IN_LAYER(avg_pool2d.padding), .optional = true},
                  {"count_include_pad", ARGUMENT_BOOL, IN_LAYER(avg_pool2d.count_include_pad),
                   .optional = true, .fallback = true}},
    .example = "\"kernel_size\": [3, 4], \"stride\": [2, 3], \"padding\": [1, 2], "
               "\"count_include_pad\": false",
    .infer = infer,
    .pytorch = pytorch,
};

/* global_avg_pool2d.c: the mean of each channel: (C, H, W) becomes (C, 1, 1). */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    const struct layer_windows windows = {
        {layer->input.height, layer->input.width}, {1, 1}, {0, 0}, {1, 1}};
    return layer_infer_windows(layer, layer->input.channels, windows, "window", error);
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "AdaptiveAvgPool2d(output_size=1)");
}

const struct layer_kind layer_global_avg_pool2d = {
    .example = "", .infer = infer, .pytorch = pytorch};

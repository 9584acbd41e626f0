/* flatten.c: (C, H, W) becomes (C x H x W): channels outermost, then rows, columns. No value is
 * moved. */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    (void)error;
    layer->output = (struct tensor_shape){
        .channels = shape_size(layer->input), .height = 1, .width = 1, .flat = true};
    return WEFT_OK;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Flatten(start_dim=1, end_dim=-1)");
}

const struct layer_kind layer_flatten = {.example = "", .infer = infer, .pytorch = pytorch};

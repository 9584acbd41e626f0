/* add.c: the sum of several tensors of the same shape, value by value. */
#include "network/layer.h"

static enum weft_status join(const struct weft_network *network, struct network_layer *layer,
                             struct weft_error *error) {
    return layer_check_inputs(network, layer, true, "shape, but that", error);
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Add()");
}

const struct layer_kind layer_add = {.example = "", .join = join, .pytorch = pytorch};

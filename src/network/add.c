/* add.c: the sum of several tensors of the same shape, value by value. */
#include "network/layer.h"

static enum weft_status join(const struct weft_network *network, struct network_layer *layer,
                             struct weft_error *error) {
    for (size_t i = 1; i < layer->input_count; i++) {
        const struct tensor_shape shape = layer_input_shape(network, layer, i);
        char first[64], other[64];
        if (shape_size(shape) != shape_size(layer->input) || shape.flat != layer->input.flat ||
            shape.height != layer->input.height || shape.width != layer->input.width) {
            return error_set(error, WEFT_BAD_FILE,
                             "add needs inputs of the same shape, but that of %s is %s, and that "
                             "of %s is %s",
                             activation_layer(network, layer->inputs[0]),
                             shape_text(layer->input, first),
                             activation_layer(network, layer->inputs[i]), shape_text(shape, other));
        }
    }
    return WEFT_OK;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Add()");
}

const struct layer_kind layer_add = {.example = "", .join = join, .pytorch = pytorch};

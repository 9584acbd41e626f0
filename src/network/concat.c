/* concat.c: the channels of several tensors one after the other, or the features of flat ones. The
 * height and the width of all are the same. */
#include "network/layer.h"

static enum weft_status join(const struct weft_network *network, struct network_layer *layer,
                             struct weft_error *error) {
    layer->output.channels = 0;
    for (size_t i = 0; i < layer->input_count; i++) {
        const struct tensor_shape shape = layer_input_shape(network, layer, i);
        char first[64], other[64];
        if (shape.height != layer->input.height || shape.width != layer->input.width ||
            shape.flat != layer->input.flat) {
            return error_set(error, WEFT_BAD_FILE,
                             "concat needs inputs of the same height and width, but the shape of "
                             "%s is %s, and that of %s is %s",
                             activation_layer(network, layer->inputs[0]),
                             shape_text(layer->input, first),
                             activation_layer(network, layer->inputs[i]), shape_text(shape, other));
        }
        layer->output.channels += shape.channels;
    }
    return WEFT_OK;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Concat(dim=1)");
}

const struct layer_kind layer_concat = {.example = "", .join = join, .pytorch = pytorch};

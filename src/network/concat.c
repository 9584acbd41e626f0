/* concat.c: the channels of several tensors one after the other, or the features of flat ones. The
 * height and the width of all are the same. */
#include "base/try.h"
#include "network/layer.h"

static enum weft_status join(const struct weft_network *network, struct network_layer *layer,
                             struct weft_error *error) {
    TRY(layer_check_inputs(network, layer, false, "height and width, but the shape", error));
    for (size_t i = 1; i < layer->input_count; i++) {
        layer->output.channels += layer_input_shape(network, layer, i).channels;
    }
    return WEFT_OK;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Concat(dim=1)");
}

const struct layer_kind layer_concat = {.example = "", .join = join, .pytorch = pytorch};

/* relu.c: x > 0 ? x : 0, of any shape. */
#include "network/layer.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "ReLU()");
}

const struct layer_kind layer_relu = {
    .example = "", .backward_reads_input = true, .pytorch = pytorch};

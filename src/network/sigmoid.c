/* sigmoid.c: 1 / (1 + e^-x), of any shape. */
#include "network/layer.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Sigmoid()");
}

const struct layer_kind layer_sigmoid = {
    .example = "", .backward_reads_output = true, .pytorch = pytorch};

/* tanh.c: the hyperbolic tangent, of any shape. */
#include "network/layer.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "Tanh()");
}

const struct layer_kind layer_tanh = {
    .example = "", .backward_reads_output = true, .pytorch = pytorch};

/* silu.c: x sigmoid(x), of any shape. */
#include "network/layer.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "SiLU()");
}

const struct layer_kind layer_silu = {
    .example = "", .backward_reads_input = true, .pytorch = pytorch};

/* dropout.c: in training, values are 0 with probability p, the others x / (1 - p); of any shape.
 * Elsewhere nothing changes. */
#include "network/layer.h"

#include "base/numbers.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    char p[32];
    text_add(text, "Dropout(p=%s, inplace=False)", number_python(layer->as.dropout.p, p));
}

const struct layer_kind layer_dropout = {
    .arguments = {{"p", ARGUMENT_FLOAT, IN_LAYER(dropout.p), .optional = true, .fallback = 0.5,
                   .max = 1}},
    .example = "\"p\": 0.3",
    .pytorch = pytorch,
};

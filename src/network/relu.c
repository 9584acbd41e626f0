/* relu.c: x > 0 ? x : 0, of any shape. */
#include "network/layer.h"

static const char *const arguments[] = {NULL};

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    (void)error;
    layer->output = layer->input;
    return WEFT_OK;
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "ReLU()");
}

const struct layer_kind layer_relu = {
    .arguments = arguments, .example = "", .infer = infer, .pytorch = pytorch};

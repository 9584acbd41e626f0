/* json.c: the list of layers as text, every argument written out, so that defaults may change one day. */
#include "network/layer.h"

char *weft_network_to_json(const struct weft_network *network) {
    struct text text = {0};
    if (network->input.flat) {
        text_add(&text, "{\"input\": [%zu]", network->input.channels);
    } else {
        text_add(&text, "{\"input\": [%zu, %zu, %zu]", network->input.channels,
                 network->input.height, network->input.width);
    }
    text_add(&text, ", \"layers\": [");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        const struct layer_kind *kind = layer_kinds[layer->kind];
        text_add(&text, "%s{\"kind\": \"%s\"", i > 0 ? ", " : "", weft_kind_name(layer->kind));
        if (layer->named) {
            text_add(&text, ", \"name\": \"%s\"", layer->name);
        }
        if (kind->write != NULL) {
            kind->write(layer, &text);
        }
        text_add(&text, "}");
    }
    text_add(&text, "]}");
    return text_take(&text);
}

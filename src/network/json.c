/* json.c: the list of layers as text, every argument written out, so that defaults may change one day. */
#include "network/layer.h"

char *weft_network_to_json(const struct weft_network *network) {
    struct weft_text text = {0};
    if (network->input.flat) {
        weft_text_add(&text, "{\"input\": [%zu]", network->input.channels);
    } else {
        weft_text_add(&text, "{\"input\": [%zu, %zu, %zu]", network->input.channels,
                      network->input.height, network->input.width);
    }
    weft_text_add(&text, ", \"layers\": [");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        const struct weft_layer_kind *kind = weft_layer_kinds[layer->kind];
        weft_text_add(&text, "%s{\"kind\": \"%s\"", i > 0 ? ", " : "", kind->name);
        if (layer->named) {
            weft_text_add(&text, ", \"name\": \"%s\"", layer->name);
        }
        if (kind->write != NULL) {
            kind->write(layer, &text);
        }
        weft_text_add(&text, "}");
    }
    weft_text_add(&text, "]}");
    return weft_text_take(&text);
}

/* json.c: the list of layers as text, with every argument, so that a default may change later. */
#include "network/layer.h"

char *weft_network_to_json(const struct weft_network *network) {
    struct json_writer json = {.spaced = true};
    char *text;
    json_write_open(&json, NULL, '{');
    json_write_open(&json, "input", '[');
    json_write_integer(&json, NULL, network->input.channels);
    if (!network->input.flat) {
        json_write_integer(&json, NULL, network->input.height);
        json_write_integer(&json, NULL, network->input.width);
    }
    json_write_close(&json, ']');
    json_write_open(&json, "layers", '[');
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        const struct layer_kind *kind = layer_kinds[layer->kind];
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "kind", weft_kind_name(layer->kind));
        if (layer->named) {
            json_write_string(&json, "name", layer->name);
        }
        if (kind->write != NULL) {
            kind->write(layer, &json);
        }
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

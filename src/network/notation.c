/* notation.c: a network as a list of layers in JSON and as PyTorch prints it, and the published
 * network. */
#include "network/layer.h"

#include <string.h>

#include "network/network.h"

/* With the arguments that have their default, so that it may change later, except those of
 * short_form. */
char *network_to_json(const struct weft_network *network) {
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
        const struct network_layer *layer = &network->layers[i];
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "kind", layer_kind_name(layer->kind));
        if (layer->named) {
            json_write_string(&json, "name", layer->name);
        }
        inputs_write(network, i, &json);
        arguments_write(layer, &json);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

/* Returns whether the notation shows ${layer}: it has a name or parameters, as what is assigned to
 * a Module in Python. The others are functions that its forward calls. */
static bool is_shown(const struct network_layer *layer) {
    return layer->named || layer->tensors > 0;
}

/* Adds layers ${begin} to ${end} - 1, whose names share their first ${used} characters. Those that
 * share more up to a dot, as "features.0" and "features.1", are parts of a module. */
static void add_modules(const struct weft_network *network, size_t begin, size_t end, size_t used,
                        int indent, struct text *text) {
    for (size_t i = begin, next; i < end; i = next) {
        const struct network_layer *layer = &network->layers[i];
        const char *name = layer->name + used, *dot = strchr(name, '.');
        size_t length = dot != NULL ? (size_t)(dot - name) : strlen(name);
        next = i + 1;
        if (!is_shown(layer)) {
            continue;
        }
        text_add(text, "%*s(%.*s): ", indent, "", (int)length, name);
        if (dot == NULL) {
            layer_kinds[layer->kind]->pytorch(layer, text);
        } else {
            while (next < end &&
                   (!is_shown(&network->layers[next]) ||
                    strncmp(network->layers[next].name, layer->name, used + length + 1) == 0)) {
                next++;
            }
            text_add(text, "Sequential(\n");
            add_modules(network, i, next, used + length + 1, indent + 2, text);
            text_add(text, "%*s)", indent, "");
        }
        text_add(text, "\n");
    }
}

char *network_to_pytorch(const struct weft_network *network) {
    struct text text = {0};
    text_add(&text, "Network(\n");
    add_modules(network, 0, network->layer_count, 0, 2, &text);
    text_add(&text, ")");
    return text_take(&text);
}

/* The network of the published notebook, with the notebook's names. */
enum weft_status network_create_published(struct weft_network **network, struct weft_error *error) {
    static const char list[] =
        "{\"input\": [1, 28, 28], \"layers\": ["
        "{\"kind\": \"conv2d\", \"name\": \"conv1\", \"out_channels\": 6, \"kernel_size\": 5},"
        "{\"kind\": \"max_pool2d\", \"kernel_size\": 2, \"stride\": 2},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"batch_norm\", \"name\": \"batchN1\", \"eps\": 1e-5, \"momentum\": 0.1},"
        "{\"kind\": \"conv2d\", \"name\": \"conv2\", \"out_channels\": 12, \"kernel_size\": 5},"
        "{\"kind\": \"max_pool2d\", \"kernel_size\": 2, \"stride\": 2},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"name\": \"fc1\", \"out_features\": 120},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"batch_norm\", \"name\": \"batchN2\", \"eps\": 1e-5, \"momentum\": 0.1},"
        "{\"kind\": \"linear\", \"name\": \"fc2\", \"out_features\": 60},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 10}]}";
    return network_create(list, network, error);
}

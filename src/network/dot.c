/* dot.c: a network in the language of Graphviz: a node for the input and for each layer, an edge
 * for each tensor that a layer reads. Names have nothing that a quoted text cannot have. */
#include "network/layer.h"

#include <stdlib.h>
#include <string.h>

/* Adds the arguments of ${layer} as a line of its label: "kernel_size: 2, stride: 2". */
static void add_arguments(const struct network_layer *layer, struct text *text) {
    struct json_writer json = {.spaced = true};
    char *arguments;
    json_write_open(&json, NULL, '{');
    arguments_write(layer, &json);
    json_write_close(&json, '}');
    if (json_write_take(&json, &arguments, NULL) != WEFT_OK) {
        text->failed = true;
        return;
    }
    text_add(text, strlen(arguments) > 2 ? "\\n" : "");
    for (const char *at = arguments; *at != '\0'; at++) {
        if (strchr("{}\"", *at) == NULL) {
            text_add(text, "%c", *at);
        }
    }
    free(arguments);
}

/* Adds the node of activation ${index}: name, kind, arguments, shape. */
static void add_node(const struct weft_network *network, size_t index, struct text *text) {
    const char *name = activation_layer(network, index);
    char shape[64];
    text_add(text, "    \"%s\" [label=\"%s", name, name);
    if (index > 0) {
        const struct network_layer *layer = &network->layers[index - 1];
        text_add(text, "\\n%s", layer_kind_name(layer->kind));
        add_arguments(layer, text);
    }
    text_add(text, "\\n%s\"];\n", shape_text(activation_shape(network, index), shape));
}

char *network_to_dot(const struct weft_network *network) {
    struct text text = {0};
    text_add(&text, "digraph network {\n    node [shape=box];\n");
    for (size_t i = 0; i <= network->layer_count; i++) {
        add_node(network, i, &text);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        for (size_t k = 0; k < layer->input_count; k++) {
            text_add(&text, "    \"%s\" -> \"%s\";\n", activation_layer(network, layer->inputs[k]),
                     layer->name);
        }
    }
    text_add(&text, "}");
    return text_take(&text);
}

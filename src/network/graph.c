/* graph.c: which tensors the layers of a network read. */
#include "base/json_position.h"
#include "base/json_read.h"
#include "base/nearest.h"
#include "base/try.h"
#include "network/layer.h"

#include <stdlib.h>
#include <string.h>

struct tensor_shape activation_shape(const struct weft_network *network, size_t index) {
    return index == 0 ? network->input : network->layers[index - 1].output;
}

const char *activation_layer(const struct weft_network *network, size_t index) {
    return index == 0 ? "input" : network->layers[index - 1].name;
}

struct tensor_shape layer_input_shape(const struct weft_network *network,
                                      const struct network_layer *layer, size_t input) {
    return activation_shape(network, layer->inputs[input]);
}

enum weft_status layer_check_inputs(const struct weft_network *network,
                                    const struct network_layer *layer, bool channels,
                                    const char *same, struct weft_error *error) {
    const struct tensor_shape first = layer->input;
    for (size_t i = 1; i < layer->input_count; i++) {
        const struct tensor_shape shape = layer_input_shape(network, layer, i);
        char texts[2][64];
        if (shape.height != first.height || shape.width != first.width ||
            shape.flat != first.flat || (channels && shape.channels != first.channels)) {
            return error_set(
                error, WEFT_BAD_FILE,
                "%s needs inputs of the same %s of %s is %s, and that of %s is %s",
                layer_kind_name(layer->kind), same, activation_layer(network, layer->inputs[0]),
                shape_text(first, texts[0]), activation_layer(network, layer->inputs[i]),
                shape_text(shape, texts[1]));
        }
    }
    return WEFT_OK;
}

/* ---- from and to JSON ---- */

/* The activations that a layer may read. */
struct earlier {
    const struct weft_network *network;
    size_t count;
};

static const char *earlier_name(const void *context, size_t index) {
    const struct earlier *earlier = context;
    return index < earlier->count ? activation_layer(earlier->network, index) : NULL;
}

/* Stores the activation called ${json}. */
static enum weft_status read_input(const struct earlier *earlier, const json_t *json,
                                   size_t *activation, struct weft_error *error) {
    const char *name = json_string_value(json);
    char shown[80];
    if (name == NULL) {
        return error_set(error, WEFT_BAD_FILE,
                         "inputs: the name of a layer, or \"input\", was expected");
    }
    for (size_t i = 0; i < earlier->count; i++) {
        if (strcmp(earlier_name(earlier, i), name) == 0) {
            *activation = i;
            return WEFT_OK;
        }
    }
    error_set(error, WEFT_BAD_FILE, "inputs: no layer before this one is called \"%s\"",
              text_printable(name, shown));
    nearest_hint(name, earlier_name, earlier, error);
    return WEFT_BAD_FILE;
}

enum weft_status inputs_read(const struct weft_network *network, size_t index,
                             const struct json_t *list, struct network_layer *layer,
                             struct json_path *path, struct weft_error *error) {
    const json_t *json = json_object_get(list, "inputs");
    const bool several = layer_kinds[layer->kind]->join != NULL;
    const struct earlier earlier = {network, index + 1};
    const size_t count = json_array_size(json), least = several ? 2 : 1;
    const size_t most = several ? LAYER_INPUTS_MAX : 1;
    layer->input_count = 1;
    layer->inputs[0] = index;
    if ((json != NULL || several) && (count < least || count > most)) {
        return several ? error_set(error, WEFT_BAD_FILE,
                                   "inputs: %s reads a list of 2 to %d names of layers",
                                   layer_kind_name(layer->kind), LAYER_INPUTS_MAX)
                       : error_set(error, WEFT_BAD_FILE,
                                   "inputs: %s reads a list of one name of a layer",
                                   layer_kind_name(layer->kind));
    }
    for (size_t i = 0; i < count; i++) {
        TRY(json_path_element(
            path, i, read_input(&earlier, json_array_get(json, i), &layer->inputs[i], error)));
        layer->input_count = i + 1;
    }
    layer->input = layer_input_shape(network, layer, 0);
    return WEFT_OK;
}

void inputs_write(const struct weft_network *network, size_t index, struct json_writer *json) {
    const struct network_layer *layer = &network->layers[index];
    if (layer->input_count == 1 && layer->inputs[0] == index) {
        return;
    }
    json_write_open(json, "inputs", '[');
    for (size_t i = 0; i < layer->input_count; i++) {
        json_write_string(json, NULL, activation_layer(network, layer->inputs[i]));
    }
    json_write_close(json, ']');
}

/* ---- readers ---- */

size_t activation_readers(const struct weft_network *network, size_t index) {
    return network->first_reader[index + 1] - network->first_reader[index];
}

bool layer_stores_gradient(const struct weft_network *network, const struct network_layer *layer,
                           size_t input) {
    const size_t end = network->first_reader[layer->inputs[input] + 1];
    const struct network_reader *last = &network->readers[end - 1];
    return last->layer == (size_t)(layer - network->layers) && last->input == input;
}

bool layer_completes_gradient(const struct weft_network *network, const struct network_layer *layer,
                              size_t input) {
    const struct network_reader *first =
        &network->readers[network->first_reader[layer->inputs[input]]];
    return first->layer == (size_t)(layer - network->layers) && first->input == input;
}

bool layer_feeds_next(const struct weft_network *network, size_t index) {
    const struct network_layer *next = &network->layers[index + 1];
    return index + 1 < network->layer_count && activation_readers(network, index + 1) == 1 &&
           next->input_count == 1 && next->inputs[0] == index + 1;
}

/* Lists the readers, from the number of readers of activation i, in first_reader[i + 1]. */
static void list_readers(struct weft_network *network) {
    size_t *first = network->first_reader;
    for (size_t i = 0; i <= network->layer_count; i++) {
        first[i + 1] += first[i];
    }
    /* Backwards: each reader moves the end of its list down to the beginning. */
    for (size_t layer = network->layer_count; layer-- > 0;) {
        const struct network_layer *of = &network->layers[layer];
        for (size_t input = of->input_count; input-- > 0;) {
            network->readers[--first[of->inputs[input] + 1]] =
                (struct network_reader){layer, input};
        }
    }
    /* Now first[i + 1] is where the list of activation i begins. */
    memmove(first, first + 1, (network->layer_count + 1) * sizeof *first);
}

enum weft_status network_link(struct weft_network *network, struct json_path *path,
                              struct weft_error *error) {
    size_t count = 0;
    network->first_reader = calloc(network->layer_count + 2, sizeof *network->first_reader);
    if (network->first_reader == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        for (size_t input = 0; input < network->layers[i].input_count; input++, count++) {
            network->first_reader[network->layers[i].inputs[input] + 1]++;
        }
    }
    for (size_t i = 0; i + 1 < network->layer_count; i++) {
        if (network->first_reader[i + 2] == 0) {
            error_set(error, WEFT_BAD_FILE, "layer %zu (%s): no layer reads its output", i + 1,
                      network->layers[i].name);
            return json_path_element(path, i, WEFT_BAD_FILE);
        }
    }
    network->readers = calloc(count, sizeof *network->readers);
    if (network->readers == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    list_readers(network);
    network->first_reader[network->layer_count + 1] = count;
    return WEFT_OK;
}

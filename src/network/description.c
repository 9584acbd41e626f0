/* description.c: what weft/network.h shows of a network, and copies of a network. */
#include "base/try.h"
#include "network/layer.h"

#include <stdlib.h>
#include <string.h>

static void store(struct tensor_shape shape, size_t sides[3]) {
    sides[0] = shape.channels;
    sides[1] = shape.height;
    sides[2] = shape.width;
}

static void describe_tensor(const struct network_tensor *tensor, struct weft_tensor *described) {
    *described = (struct weft_tensor){.size = sizeof *described,
                                      .name = tensor->name,
                                      .trained = tensor->trained,
                                      .layer = tensor->layer,
                                      .rank = tensor->rank,
                                      .count = tensor->count};
    memcpy(described->shape, tensor->shape, sizeof described->shape);
}

static void describe_layer(const struct weft_network *network, const struct network_layer *layer,
                           struct weft_layer *described) {
    *described = (struct weft_layer){.size = sizeof *described,
                                     .kind = layer_kind_name(layer->kind),
                                     .name = layer->name,
                                     .flat_input = layer->input.flat,
                                     .flat_output = layer->output.flat,
                                     .input_count = layer->input_count,
                                     .inputs = layer->inputs,
                                     .first_tensor = layer->first_tensor,
                                     .tensors = layer->tensors,
                                     .flop = layer_flop(layer)};
    store(layer->input, described->input);
    store(layer->output, described->output);
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor = &network->tensors[layer->first_tensor + i];
        described->parameters += tensor->trained ? tensor->count : 0;
    }
}

enum weft_status network_describe(struct weft_network *network, struct weft_error *error) {
    network->public_layers = calloc(network->layer_count, sizeof *network->public_layers);
    /* One more than needed: calloc(0) may return NULL. */
    network->public_tensors = calloc(network->tensor_count + 1, sizeof *network->public_tensors);
    if (network->public_layers == NULL || network->public_tensors == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        describe_layer(network, &network->layers[i], &network->public_layers[i]);
    }
    for (size_t i = 0; i < network->tensor_count; i++) {
        describe_tensor(&network->tensors[i], &network->public_tensors[i]);
    }
    return WEFT_OK;
}

enum weft_status network_copy(const struct weft_network *network, struct weft_network **copy,
                              struct weft_error *error) {
    struct weft_network *made = malloc(sizeof *made);
    enum weft_status status;
    *copy = NULL;
    if (made == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    *made = *network;
    made->public_layers = NULL;
    made->public_tensors = NULL;
    made->readers = NULL;
    made->first_reader = NULL;
    made->layers = malloc(network->layer_count * sizeof *made->layers);
    made->tensors = malloc((network->tensor_count + 1) * sizeof *made->tensors);
    if (made->layers == NULL || made->tensors == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a network");
        goto done;
    }
    memcpy(made->layers, network->layers, network->layer_count * sizeof *made->layers);
    memcpy(made->tensors, network->tensors, network->tensor_count * sizeof *made->tensors);
    TRY_OR(done, network_link(made, NULL, error)); /* it has no mistake with a place in a text */
    TRY_OR(done, network_describe(made, error));
    *copy = made;
    made = NULL;
done:
    network_destroy(made);
    return status;
}

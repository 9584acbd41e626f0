/* network.c: the public functions of networks. */
#include "network/network.h"
#include "api/api.h"
#include "backend/backend.h"
#include "weft/network.h"

#include <string.h>

enum weft_status weft_network_create(const char *json, struct weft_network **network,
                                     struct weft_error *error) {
    API_BEGIN;
    API_CREATES(network);
    API_NOT_NULL(json);
    return network_create(json, network, error);
}

enum weft_status weft_network_create_published(struct weft_network **network,
                                               struct weft_error *error) {
    API_BEGIN;
    API_CREATES(network);
    return network_create_published(network, error);
}

void weft_network_destroy(struct weft_network *network) {
    network_destroy(network);
}

char *weft_network_to_json(const struct weft_network *network) {
    return network != NULL ? network_to_json(network) : NULL;
}

char *weft_network_to_dot(const struct weft_network *network) {
    return network != NULL ? network_to_dot(network) : NULL;
}

char *weft_network_to_pytorch(const struct weft_network *network) {
    return network != NULL ? network_to_pytorch(network) : NULL;
}

size_t weft_network_layers(const struct weft_network *network) {
    return network != NULL ? network->layer_count : 0;
}

const struct weft_layer *weft_network_layer(const struct weft_network *network, size_t index) {
    return index < weft_network_layers(network) ? &network->public_layers[index] : NULL;
}

size_t weft_network_tensors(const struct weft_network *network) {
    return network != NULL ? network->tensor_count : 0;
}

const struct weft_tensor *weft_network_tensor(const struct weft_network *network, size_t index) {
    return index < weft_network_tensors(network) ? &network->public_tensors[index] : NULL;
}

const struct weft_tensor *weft_network_find(const struct weft_network *network, const char *name) {
    const struct network_tensor *found =
        network != NULL && name != NULL ? network_find(network, name) : NULL;
    return found != NULL ? &network->public_tensors[found - network->tensors] : NULL;
}

size_t weft_network_parameters(const struct weft_network *network) {
    return network != NULL ? network->parameter_count : 0;
}

enum weft_status weft_network_check_images(const struct weft_network *network,
                                           const size_t shape[3], size_t classes,
                                           struct weft_error *error) {
    struct weft_images images;
    API_BEGIN;
    API_NOT_NULL(network);
    API_NOT_NULL(shape);
    for (size_t i = 0; i < 3; i++) {
        API_REQUIRE(shape[i] >= 1 && shape[i] <= API_SIDE_MAX,
                    "shape[%zu] is %zu: it must be 1 to %d", i, shape[i], API_SIDE_MAX);
    }
    API_REQUIRE(classes != 1, "classes is 1: it must be 0, or at least 2");
    images = (struct weft_images){
        .channels = shape[0], .height = shape[1], .width = shape[2], .classes = classes};
    return api_argument(error, __func__, backend_check_images(network, &images, error));
}

enum weft_status weft_network_needs(const struct weft_network *network, size_t batch,
                                    bool forward_only, struct weft_needs *needs,
                                    struct weft_error *error) {
    struct weft_needs found;
    struct network_needs sums;
    API_BEGIN;
    API_NOT_NULL(network);
    API_NOT_NULL(needs);
    API_STRUCTURE(found, needs, flop);
    API_REQUIRE(batch >= 1 && batch <= API_BATCH_MAX, "batch is %zu: it must be 1 to %d", batch,
                API_BATCH_MAX);
    sums = network_needs_of(network, batch, forward_only);
    found.arrays = sums.arrays;
    found.activations = sums.activations;
    found.host = sums.host;
    found.flop = sums.flop;
    api_structure_write(needs, &found, sizeof found);
    return WEFT_OK;
}

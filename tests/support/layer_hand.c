/* layer_hand.c: known results of a network: numbers computed by hand, and images that do not
 * influence each other. */
#include "layer_case.h"

#include "check_weft.h"

#include <string.h>

static unsigned check_hand(const struct layer_hand *hand, struct backend *backend,
                           const char *place) {
    struct layer_values values = {(float *)hand->parameters, (float *)hand->buffers,
                                  (float *)hand->inputs, (float *)hand->doutputs};
    struct layer_result result = {0};
    unsigned wrong = 1;
    char what[600];
    snprintf(what, sizeof what, "%s on %.399s", hand->name, place);
    if (layer_propagate(backend, &values, hand->images, hand->statistics, false, &result, what)) {
        wrong = 0;
        for (size_t i = 0; hand->expected[i].tensor != NULL; i++) {
            wrong += layer_result_expect(&result, hand->expected[i].tensor,
                                         hand->expected[i].values, hand->expected[i].count, what);
        }
    }
    layer_result_finish(&result);
    return wrong;
}

static size_t most_images(const struct layer_hand *hands, size_t count) {
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = hands[i].images > most ? hands[i].images : most;
    }
    return most;
}

void layer_check_by_hand(const char *json, const struct layer_hand *hands, size_t count) {
    struct weft_network *network = layer_network(json);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t place_count = layer_places_list(LAYER_TINY, hands[0].name, places);
    unsigned wrong = 0;
    for (size_t i = 0; i < place_count; i++) {
        unsigned before = layer_flush_begin(&places[i]);
        struct backend *backend =
            layer_open(network, &places[i], most_images(hands, count), hands[0].name);
        wrong += backend == NULL;
        for (size_t k = 0; backend != NULL && k < count; k++) {
            wrong += check_hand(&hands[k], backend, places[i].name);
        }
        backend_close(backend);
        layer_flush_end(before);
    }
    network_destroy(network);
    ck_assert_msg(wrong == 0, "%s: %u differences, listed above", hands[0].name, wrong);
}

enum { ALONE_IMAGES = 33 };

/* Batches of the same 33 images: all, and parts in which an image has another position. */
static const struct {
    size_t first, images;
} parts[] = {{0, 33}, {0, 1}, {32, 1}, {17, 1}, {3, 5}, {15, 5}, {28, 5}, {1, 32}, {16, 17}};

/* Compares the outputs of the images from ${first} on, as a batch of their own, with those in the
 * batch of all images. */
static unsigned check_part(struct backend *backend, const struct layer_values *values, size_t first,
                           size_t images, const float *expected, const char *what) {
    const struct weft_network *network = backend_network(backend);
    size_t outputs = shape_size(network_output(network));
    struct layer_values part = *values;
    struct layer_result result = {0};
    char name[LAYER_NAME_MAX + 16], text[700];
    unsigned wrong = 1;
    part.inputs += first * shape_size(network->input);
    part.doutputs += first * outputs;
    snprintf(name, sizeof name, "%s.output", network->layers[network->layer_count - 1].name);
    snprintf(text, sizeof text, "%s, images %zu to %zu", what, first, first + images - 1);
    if (layer_propagate(backend, &part, images, WEFT_STATISTICS_RUNNING, false, &result, text)) {
        wrong =
            layer_result_expect(&result, name, expected + first * outputs, images * outputs, text);
    }
    layer_result_finish(&result);
    return wrong;
}

void layer_check_alone(const char *name, enum layer_effort effort, const char *json) {
    struct weft_network *network = layer_network(json);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(effort, name, places);
    struct layer_values values;
    struct layer_result together = {0};
    char output[LAYER_NAME_MAX + 16];
    unsigned wrong = 0;
    layer_values_draw(network, ALONE_IMAGES, LAYER_WILD, 11, &values);
    layer_reference(network, &values, ALONE_IMAGES, WEFT_STATISTICS_RUNNING, &together);
    snprintf(output, sizeof output, "%s.output", network->layers[network->layer_count - 1].name);
    for (size_t i = 0; i < count; i++) {
        unsigned before = layer_flush_begin(&places[i]);
        struct backend *backend = layer_open(network, &places[i], ALONE_IMAGES, name);
        char what[600];
        snprintf(what, sizeof what, "%s on %.399s", name, places[i].name);
        wrong += backend == NULL;
        for (size_t k = 0; backend != NULL && k < sizeof parts / sizeof parts[0]; k++) {
            wrong += check_part(backend, &values, parts[k].first, parts[k].images,
                                layer_result_find(&together, output)->values, what);
        }
        backend_close(backend);
        layer_flush_end(before);
    }
    layer_result_finish(&together);
    layer_values_finish(&values);
    network_destroy(network);
    ck_assert_msg(wrong == 0, "%s: %u differences, listed above", name, wrong);
}

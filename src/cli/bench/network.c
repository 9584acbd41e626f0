/* network.c: wider networks, and the FLOP of a network. */
#include "cli/bench/bench.h"

#include <stdlib.h>

/* The list of layers is made from the layers' arguments alone, so these are changed, and the list
 * is read again. */
enum weft_status cli_bench_widen(struct weft_network **network, size_t times,
                                 struct weft_error *error) {
    struct weft_network *old = *network;
    size_t *last = NULL;
    char *list;
    enum weft_status status;
    for (size_t i = 0; i < old->layer_count; i++) {
        size_t *outputs = weft_layer_outputs(&old->layers[i]);
        if (outputs != NULL && last != NULL) {
            *last *= times;
        }
        last = outputs != NULL ? outputs : last;
    }
    list = weft_network_to_json(old);
    weft_network_destroy(old);
    *network = NULL;
    if (list == NULL) {
        return weft_fail(error, WEFT_FAILED, "--wide: no memory for the network's text");
    }
    status = weft_network_create(list, network, error);
    free(list);
    return status == WEFT_OK ? WEFT_OK : weft_error_context(error, "--wide %zu", times);
}

double cli_bench_forward_gflop(const struct weft_network *network) {
    uint64_t flop = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        flop += weft_layer_flop(&network->layers[i]);
    }
    return 1e-9 * (double)flop;
}

/* The forward pass, the gradients of the parameters, and those of all inputs except the images. */
double cli_bench_step_gflop(const struct weft_network *network) {
    double first = 1e-9 * (double)weft_layer_flop(&network->layers[0]);
    return 3 * cli_bench_forward_gflop(network) - first;
}

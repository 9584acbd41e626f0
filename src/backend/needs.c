/* needs.c: the memory and the operations of a network, and the largest batch that it can be trained
 * with, from its shapes alone. */
#include "backend/backend.h"
#include "backend/lanes.h"
#include "backend/tensor_ref.h"

/* Returns the floats of all activations of one image, and without ${forward_only} of their
 * gradients. A layer without operations, such as flatten, shares its input's memory; its gradient
 * does if no other layer reads that input. A contribution to a gradient has memory of its own. */
static uint64_t activation_floats(const struct weft_network *network, bool forward_only) {
    uint64_t values = 0, gradients = 0, contribution = 0;
    for (size_t i = 0; i <= network->layer_count; i++) {
        const struct network_layer *layer = i > 0 ? &network->layers[i - 1] : NULL;
        const bool same = layer != NULL && layer->kind == LAYER_KIND_FLATTEN;
        const uint64_t size = shape_size(activation_shape(network, i));
        values += same ? 0 : size;
        gradients += same && activation_readers(network, layer->inputs[0]) == 1 ? 0 : size;
        if (activation_readers(network, i) > 1 && size > contribution) {
            contribution = size;
        }
    }
    return forward_only ? values : values + gradients + contribution;
}

/* Training computes forward, the gradients of the parameters, and those of all inputs but the
 * first. */
static uint64_t flop_of(const struct weft_network *network, bool forward_only) {
    uint64_t flop = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        flop += layer_flop(layer) * (forward_only ? 1 : layer->inputs[0] > 0 ? 3 : 2);
    }
    return flop;
}

struct network_needs network_needs_of(const struct weft_network *network, size_t batch,
                                      bool forward_only) {
    const uint64_t flop = flop_of(network, forward_only); /* of an image: below 2^61 */
    const uint64_t lanes = (uint64_t)lanes_shards(batch) * CPU_LANES, word = sizeof(float);
    const uint64_t parameters = network->parameter_count * word;
    const uint64_t buffers = network->buffer_count * word;
    struct network_needs needs = {
        .arrays = parameters + buffers,
        .activations = activation_floats(network, forward_only) * lanes * word,
        .host = 2 * (parameters + buffers), /* the model, and the copy of a session */
        .flop = flop == 0 || batch <= UINT64_MAX / flop ? flop * batch : UINT64_MAX,
    };
    if (!forward_only) {
        needs.arrays += (3 + lanes / CPU_LANES) * parameters; /* moments; gradients by shard */
        /* The moments, a checkpoint with a model and moments, and what is read back. */
        needs.host += 6 * parameters + 2 * buffers;
    }
    return needs;
}

/* Kernels divide by the number of values, which they count with 32 bits: not every device converts
 * longer integers to the right float. */
enum weft_status network_check_statistics(const struct weft_network *network, size_t batch,
                                          struct weft_error *error) {
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        const size_t area = layer->input.height * layer->input.width;
        if (layer->kind == LAYER_KIND_BATCH_NORM && batch > UINT32_MAX / area) {
            return error_set(error, WEFT_USAGE,
                             "batch: %zu, but statistics of %s, of %zu x %zu values of a channel, "
                             "are those of at most %zu images",
                             batch, layer->name, layer->input.height, layer->input.width,
                             (size_t)UINT32_MAX / area);
        }
    }
    return WEFT_OK;
}

/* needs.c: the memory and the operations of a network, from its shapes alone. */
#include "backend/backend.h"
#include "backend/lanes.h"
#include "backend/tensor_ref.h"

/* Returns the floats of all activations of one image. A layer without operations whose shape has
 * the same size, such as flatten, shares its input's memory. */
static uint64_t activation_floats(const struct weft_network *network) {
    uint64_t floats = shape_size(network->input);
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].kind != LAYER_KIND_FLATTEN) {
            floats += shape_size(network->layers[i].output);
        }
    }
    return floats;
}

/* Training computes forward, the gradients of the parameters, and those of all inputs but the
 * first. */
static uint64_t flop_of(const struct weft_network *network, bool forward_only) {
    uint64_t flop = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        flop += layer_flop(&network->layers[i]) * (forward_only ? 1 : i > 0 ? 3 : 2);
    }
    return flop;
}

struct network_needs network_needs_of(const struct weft_network *network, size_t batch,
                                      bool forward_only) {
    const uint64_t lanes = (uint64_t)lanes_shards(batch) * CPU_LANES, word = sizeof(float);
    const uint64_t parameters = network->parameter_count * word;
    const uint64_t buffers = network->buffer_count * word;
    struct network_needs needs = {
        .arrays = parameters + buffers,
        .activations = activation_floats(network) * lanes * word,
        .host = 2 * (parameters + buffers), /* the model, and a copy while it is transferred */
        .flop = flop_of(network, forward_only) * batch,
    };
    if (!forward_only) {
        needs.arrays += (3 + lanes / CPU_LANES) * parameters; /* moments; gradients by shard */
        needs.activations *= 2;
        needs.host += 3 * parameters; /* what is read back, and the moments for a checkpoint */
    }
    return needs;
}

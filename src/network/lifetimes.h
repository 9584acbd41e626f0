/* lifetimes.h: when a pass needs the tensors of the activations, and which of them share memory.
 *
 * A pass is a sequence of steps, which a backend numbers as it computes them. A tensor is needed
 * from the step that writes it to the last one that reads it. Tensors that are not needed at the
 * same time can have the same memory, a slot. */
#ifndef WEFT_NETWORK_LIFETIMES_H
#define WEFT_NETWORK_LIFETIMES_H

#include "network/network.h"

struct lifetime {
    size_t size;       /* values of an image; of a slot, those of its largest tensor */
    size_t begin, end; /* steps, both included; begin > end: it is not needed */
    /* The same where some shards of a batch may be at another step already. A shard is at the same
     * place in two tensors of one size, so these may share memory even then. */
    size_t begin_any, end_any;
    size_t slot; /* index of its memory; LIFETIME_NO_SLOT: it has none */
};
#define LIFETIME_NO_SLOT SIZE_MAX

struct lifetimes {
    size_t activations; /* of the network */
    /* Of each activation its value, then of each its gradient, then for each layer what it
     * contributes to a gradient of its inputs where that is not stored. */
    size_t count;
    struct lifetime *tensors;
    size_t *same; /* of each tensor itself, or the one whose memory it always has (flatten) */
    size_t slot_count;
    size_t *slots; /* the size of each */
};

/* The indices of the tensors; that of a value is its activation. */
static inline size_t lifetimes_gradient(const struct weft_network *network, size_t activation) {
    return network->layer_count + 1 + activation;
}
static inline size_t lifetimes_contribution(const struct weft_network *network, size_t layer) {
    return 2 * (network->layer_count + 1) + layer;
}

/* Makes the tensors of ${network}, none of which is needed. Fails with WEFT_NO_MEMORY.
 * lifetimes_finish frees them, also after a failure. */
enum weft_status lifetimes_init(const struct weft_network *network, struct lifetimes *lifetimes,
                                struct weft_error *error);
void lifetimes_finish(struct lifetimes *lifetimes);

/* Notes that step ${step} writes or reads ${tensor}. */
void lifetimes_use(struct lifetimes *lifetimes, size_t tensor, size_t step);

/* Notes that ${tensor} is used by steps up to ${step}, or from ${step} on, that each shard of a
 * batch makes for itself. */
void lifetimes_use_any(struct lifetimes *lifetimes, size_t tensor, size_t step);

/* Notes what a backend uses that computes a layer after the other: forward, the loss, and, unless
 * ${forward_only}, backward. The steps are: 0, the input; i + 1, layer i forward; layer_count + 1,
 * the loss; 2 layer_count + 1 - i, layer i backward; 2 layer_count + 2, the end. Inputs and output
 * of the network and their gradients are needed to the end. */
void lifetimes_of_layers(struct lifetimes *lifetimes, const struct weft_network *network,
                         bool forward_only);

/* Assigns the slots: the largest tensor first, each to the first slot that is free while it is
 * needed. With ${apart} each tensor has a slot of its own. Fails with WEFT_NO_MEMORY. */
enum weft_status lifetimes_share(struct lifetimes *lifetimes, bool apart, struct weft_error *error);

/* Returns the slot of ${tensor}, or LIFETIME_NO_SLOT. */
size_t lifetimes_slot(const struct lifetimes *lifetimes, size_t tensor);

/* Returns the sum of the sizes of all slots. */
uint64_t lifetimes_total(const struct lifetimes *lifetimes);

/* Stores the name of ${tensor} in ${name}: "conv1.output", "conv1.output.grad", or, of a
 * contribution, "conv1.contribution". */
#define LIFETIME_NAME (LAYER_NAME_MAX + 16)
void lifetimes_name(const struct weft_network *network, size_t tensor, char name[LIFETIME_NAME]);

#endif

/* lifetimes.c: when a pass needs its tensors, and which of them share memory. */
#include "network/lifetimes.h"
#include "network/layer.h"

#include <stdio.h>
#include <stdlib.h>

/* Returns the size of the largest input of ${layer} whose gradient it does not store. */
static size_t contribution_size(const struct weft_network *network,
                                const struct network_layer *layer) {
    size_t most = 0;
    for (size_t i = 0; i < layer->input_count; i++) {
        const size_t size = shape_size(layer_input_shape(network, layer, i));
        most = !layer_stores_gradient(network, layer, i) && size > most ? size : most;
    }
    return most;
}

enum weft_status lifetimes_init(const struct weft_network *network, struct lifetimes *lifetimes,
                                struct weft_error *error) {
    const size_t activations = network->layer_count + 1, count = 3 * activations - 1;
    *lifetimes = (struct lifetimes){.activations = activations,
                                    .count = count,
                                    .tensors = calloc(count, sizeof *lifetimes->tensors),
                                    .same = calloc(count, sizeof *lifetimes->same),
                                    .slots = calloc(count, sizeof *lifetimes->slots)};
    if (lifetimes->tensors == NULL || lifetimes->same == NULL || lifetimes->slots == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    for (size_t i = 0; i < count; i++) {
        lifetimes->tensors[i] =
            (struct lifetime){.begin = SIZE_MAX, .begin_any = SIZE_MAX, .slot = LIFETIME_NO_SLOT};
        lifetimes->same[i] = i;
    }
    for (size_t i = 0; i < activations; i++) {
        const struct network_layer *layer = i > 0 ? &network->layers[i - 1] : NULL;
        const size_t gradient = lifetimes_gradient(network, i);
        lifetimes->tensors[i].size = shape_size(activation_shape(network, i));
        lifetimes->tensors[gradient].size = lifetimes->tensors[i].size;
        if (layer != NULL) {
            lifetimes->tensors[lifetimes_contribution(network, i - 1)].size =
                contribution_size(network, layer);
        }
        /* Flatten moves no value. Its gradient is that of its input if it is the only reader. */
        if (layer != NULL && layer->kind == LAYER_KIND_FLATTEN) {
            lifetimes->same[i] = lifetimes->same[layer->inputs[0]];
            if (activation_readers(network, layer->inputs[0]) == 1) {
                lifetimes->same[gradient] =
                    lifetimes->same[lifetimes_gradient(network, layer->inputs[0])];
            }
        }
    }
    return WEFT_OK;
}

void lifetimes_finish(struct lifetimes *lifetimes) {
    free(lifetimes->tensors);
    free(lifetimes->same);
    free(lifetimes->slots);
    *lifetimes = (struct lifetimes){.count = 0};
}

void lifetimes_use(struct lifetimes *lifetimes, size_t tensor, size_t step) {
    struct lifetime *life = &lifetimes->tensors[lifetimes->same[tensor]];
    life->begin = step < life->begin ? step : life->begin;
    life->end = step > life->end ? step : life->end;
    lifetimes_use_any(lifetimes, tensor, step);
}

void lifetimes_use_any(struct lifetimes *lifetimes, size_t tensor, size_t step) {
    struct lifetime *life = &lifetimes->tensors[lifetimes->same[tensor]];
    life->begin_any = step < life->begin_any ? step : life->begin_any;
    life->end_any = step > life->end_any ? step : life->end_any;
}

/* Returns whether both tensors are needed at the same time. */
static bool overlap(const struct lifetime *a, const struct lifetime *b) {
    return a->size == b->size ? a->begin <= b->end && b->begin <= a->end
                              : a->begin_any <= b->end_any && b->begin_any <= a->end_any;
}

/* Notes what layer ${i} uses in step ${step} of a backward pass. */
static void use_backward(struct lifetimes *lifetimes, const struct weft_network *network, size_t i,
                         size_t step) {
    const struct network_layer *layer = &network->layers[i];
    const struct layer_kind *kind = layer_kinds[layer->kind];
    lifetimes_use(lifetimes, lifetimes_gradient(network, i + 1), step);
    if (kind->backward_reads_output) {
        lifetimes_use(lifetimes, i + 1, step);
    }
    for (size_t k = 0; k < layer->input_count; k++) {
        lifetimes_use(lifetimes, lifetimes_gradient(network, layer->inputs[k]), step);
        if (kind->backward_reads_input) {
            lifetimes_use(lifetimes, layer->inputs[k], step);
        }
    }
    if (lifetimes->tensors[lifetimes_contribution(network, i)].size > 0) {
        lifetimes_use(lifetimes, lifetimes_contribution(network, i), step);
    }
}

void lifetimes_of_layers(struct lifetimes *lifetimes, const struct weft_network *network,
                         bool forward_only) {
    const size_t last = network->layer_count, loss = last + 1, end = 2 * last + 2;
    lifetimes_use(lifetimes, 0, 0);
    for (size_t i = 0; i < last; i++) {
        const struct network_layer *layer = &network->layers[i];
        lifetimes_use(lifetimes, i + 1, i + 1);
        for (size_t k = 0; k < layer->input_count; k++) {
            lifetimes_use(lifetimes, layer->inputs[k], i + 1);
        }
        if (!forward_only) {
            use_backward(lifetimes, network, i, end - 1 - i);
        }
    }
    lifetimes_use(lifetimes, last, loss);
    for (size_t i = 0; i <= last; i += last) {
        lifetimes_use(lifetimes, i, end);
        if (!forward_only) {
            lifetimes_use(lifetimes, lifetimes_gradient(network, i), end);
        }
    }
    if (!forward_only) {
        lifetimes_use(lifetimes, lifetimes_gradient(network, last), loss);
    }
}

/* Returns the largest tensor that needs a slot and has none; the number of tensors if there is
 * none. */
static size_t largest(const struct lifetimes *lifetimes) {
    size_t found = lifetimes->count;
    for (size_t i = 0; i < lifetimes->count; i++) {
        const struct lifetime *life = &lifetimes->tensors[i];
        if (lifetimes->same[i] == i && life->begin <= life->end && life->slot == LIFETIME_NO_SLOT &&
            (found == lifetimes->count || life->size > lifetimes->tensors[found].size)) {
            found = i;
        }
    }
    return found;
}

enum weft_status lifetimes_share(struct lifetimes *lifetimes, bool apart,
                                 struct weft_error *error) {
    bool *taken = calloc(lifetimes->count, sizeof *taken); /* of the slots */
    if (taken == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    for (size_t i; (i = largest(lifetimes)) < lifetimes->count;) {
        struct lifetime *life = &lifetimes->tensors[i];
        size_t slot = 0;
        for (size_t s = 0; s < lifetimes->slot_count; s++) {
            taken[s] = apart;
        }
        for (size_t other = 0; other < lifetimes->count; other++) {
            const struct lifetime *of = &lifetimes->tensors[other];
            if (of->slot != LIFETIME_NO_SLOT && overlap(of, life)) {
                taken[of->slot] = true;
            }
        }
        while (slot < lifetimes->slot_count && taken[slot]) {
            slot++;
        }
        life->slot = slot;
        if (slot == lifetimes->slot_count) {
            lifetimes->slots[lifetimes->slot_count++] = life->size;
        }
    }
    free(taken);
    return WEFT_OK;
}

size_t lifetimes_slot(const struct lifetimes *lifetimes, size_t tensor) {
    return lifetimes->tensors[lifetimes->same[tensor]].slot;
}

uint64_t lifetimes_total(const struct lifetimes *lifetimes) {
    uint64_t total = 0;
    for (size_t i = 0; i < lifetimes->slot_count; i++) {
        total += lifetimes->slots[i];
    }
    return total;
}

void lifetimes_name(const struct weft_network *network, size_t tensor, char name[LIFETIME_NAME]) {
    const size_t activations = network->layer_count + 1, index = tensor % activations;
    if (tensor >= 2 * activations) {
        snprintf(name, LIFETIME_NAME, "%s.contribution", network->layers[index].name);
    } else {
        snprintf(name, LIFETIME_NAME, "%s%s%s", activation_layer(network, index),
                 index > 0 ? ".output" : "", tensor >= activations ? ".grad" : "");
    }
}

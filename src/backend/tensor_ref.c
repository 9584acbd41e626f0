/* tensor_ref.c: tensors of a network, by index and by name. */
#include "backend/tensor_ref.h"

#include <stdio.h>
#include <string.h>

size_t array_count(const struct weft_network *network, enum backend_array array) {
    return array == ARRAY_BUFFERS ? network->buffer_count : network->parameter_count;
}

void activation_name(const struct weft_network *network, struct activation activation,
                     char name[ACTIVATION_NAME]) {
    const size_t index = activation.index;
    lifetimes_name(network, activation.gradient ? lifetimes_gradient(network, index) : index, name);
}

bool activation_find(const struct weft_network *network, const char *name,
                     struct activation *activation) {
    for (size_t i = 0; i < 2 * (network->layer_count + 1); i++) {
        char full[ACTIVATION_NAME];
        *activation = (struct activation){.index = i / 2, .gradient = i % 2};
        activation_name(network, *activation, full);
        if (strcmp(full, name) == 0) {
            return true;
        }
    }
    return false;
}

bool tensor_ref_find(const struct weft_network *network, const char *name, struct tensor_ref *ref) {
    static const char *const suffixes[] = {"", ".grad", ".moment", ".second_moment"};
    static const enum backend_array arrays[] = {ARRAY_PARAMETERS, ARRAY_GRADIENTS, ARRAY_MOMENTS,
                                                ARRAY_SECOND_MOMENTS};
    *ref = (struct tensor_ref){0};
    if (activation_find(network, name, &ref->activation)) {
        ref->is_activation = true;
        ref->count = shape_size(activation_shape(network, ref->activation.index));
        return true;
    }
    /* Running statistics have no gradients and moments. */
    for (size_t t = 0; t < network->tensor_count; t++) {
        const struct network_tensor *tensor = &network->tensors[t];
        for (size_t k = 0; k < (tensor->trained ? 4 : 1); k++) {
            char full[sizeof tensor->name + 16];
            snprintf(full, sizeof full, "%s%s", tensor->name, suffixes[k]);
            if (strcmp(full, name) == 0) {
                ref->array = tensor->trained ? arrays[k] : ARRAY_BUFFERS;
                ref->offset = tensor->offset;
                ref->count = tensor->count;
                return true;
            }
        }
    }
    return false;
}

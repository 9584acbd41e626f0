/* tensor_ref.c: tensors of a network, by index and by name. */
#include "backend/tensor_ref.h"

#include <stdio.h>
#include <string.h>

struct weft_shape activation_shape(const struct weft_network *network, size_t index) {
    return index == 0 ? network->input : network->layers[index - 1].output;
}

bool activation_find(const struct weft_network *network, const char *name,
                     struct activation *activation) {
    size_t length = strlen(name);
    activation->gradient = length > 5 && strcmp(name + length - 5, ".grad") == 0;
    length -= activation->gradient ? 5 : 0;
    if (length == 5 && strncmp(name, "input", 5) == 0) {
        activation->index = 0;
        return true;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char output[WEFT_NAME_MAX + 8];
        snprintf(output, sizeof output, "%s.output", network->layers[i].name);
        if (strlen(output) == length && strncmp(name, output, length) == 0) {
            activation->index = i + 1;
            return true;
        }
    }
    return false;
}

bool tensor_ref_find(const struct weft_network *network, const char *name, struct tensor_ref *ref) {
    static const struct {
        const char *suffix;
        enum weft_array array;
    } kinds[] = {{"", WEFT_ARRAY_PARAMETERS},
                 {".grad", WEFT_ARRAY_GRADIENTS},
                 {".moment", WEFT_ARRAY_MOMENTS},
                 {".second_moment", WEFT_ARRAY_SECOND_MOMENTS}};
    *ref = (struct tensor_ref){0};
    if (activation_find(network, name, &ref->activation)) {
        ref->is_activation = true;
        ref->count = weft_shape_size(activation_shape(network, ref->activation.index));
        return true;
    }
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t length = strlen(name), suffix = strlen(kinds[k].suffix);
        char base[WEFT_NAME_MAX + 32];
        const struct weft_tensor *tensor;
        if (length < suffix || length - suffix >= sizeof base ||
            strcmp(name + length - suffix, kinds[k].suffix) != 0) {
            continue;
        }
        memcpy(base, name, length - suffix);
        base[length - suffix] = '\0';
        tensor = weft_network_find(network, base);
        if (tensor != NULL && (tensor->trained || k == 0)) {
            ref->array = tensor->trained ? kinds[k].array : WEFT_ARRAY_BUFFERS;
            ref->offset = tensor->offset;
            ref->count = tensor->count;
            return true;
        }
    }
    return false;
}

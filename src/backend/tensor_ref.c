/* tensor_ref.c: tensors of a network by place and by name, wherever they lie. */
#include "backend/tensor_ref.h"

#include <stdio.h>
#include <string.h>

struct weft_shape activation_shape(const struct weft_network *network, size_t index) {
    return index == 0 ? network->input : network->layers[index - 1].output;
}

bool activation_find(const struct weft_network *network, const char *name,
                     struct activation *place) {
    size_t length = strlen(name);
    place->gradient = length > 5 && strcmp(name + length - 5, ".grad") == 0;
    length -= place->gradient ? 5 : 0;
    if (length == 5 && strncmp(name, "input", 5) == 0) {
        place->index = 0;
        return true;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char output[WEFT_NAME_MAX + 8];
        snprintf(output, sizeof output, "%s.output", network->layers[i].name);
        if (strlen(output) == length && strncmp(name, output, length) == 0) {
            place->index = i + 1;
            return true;
        }
    }
    return false;
}

bool tensor_ref_find(const struct weft_network *network, const char *name,
                     struct tensor_ref *target) {
    static const struct {
        const char *suffix;
        enum weft_array array;
    } kinds[] = {{"", WEFT_ARRAY_PARAMETERS},
                 {".grad", WEFT_ARRAY_GRADIENTS},
                 {".moment", WEFT_ARRAY_MOMENTS},
                 {".second_moment", WEFT_ARRAY_SECOND_MOMENTS}};
    *target = (struct tensor_ref){0};
    if (activation_find(network, name, &target->place)) {
        target->is_place = true;
        target->count = weft_shape_size(activation_shape(network, target->place.index));
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
            target->array = tensor->trained ? kinds[k].array : WEFT_ARRAY_BUFFERS;
            target->offset = tensor->offset;
            target->count = tensor->count;
            return true;
        }
    }
    return false;
}

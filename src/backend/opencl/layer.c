/* layer.c: the table of layers, and how values are divided among work-items. */
#include "backend/opencl/layer.h"

#define LAYER(KIND, name) [WEFT_KIND_##KIND] = &opencl_##name,
static const struct opencl_layer *const layers[WEFT_KIND_COUNT] = {
#include "network/layers.def"
};

const struct opencl_layer *opencl_layer_of(enum weft_kind kind) {
    return layers[kind];
}

size_t opencl_divisor(size_t n, size_t limit) {
    size_t divisor = limit < n ? limit : n;
    while (n % divisor != 0) {
        divisor--;
    }
    return divisor;
}

size_t opencl_values_per_item(size_t size, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? 1 : opencl_divisor(size, 128);
}

size_t opencl_row_values(struct weft_shape shape, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? 1 : shape.width;
}

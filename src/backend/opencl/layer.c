/* layer.c: the table of layers, and how values are divided among work-items. */
#include "backend/opencl/layer.h"

#define LAYER(KIND, name) [LAYER_KIND_##KIND] = &opencl_##name,
static const struct opencl_layer *const layers[LAYER_KIND_COUNT] = {
#include "network/layers.def"
};

const struct opencl_layer *opencl_layer_of(enum layer_kind_id kind) {
    return layers[kind];
}

#define WHOLE 128 /* floats: 8 vectors, the largest work-group that computes a lane an item */

size_t opencl_padded(size_t floats) {
    return ((floats > 0 ? floats : 1) + WHOLE - 1) / WHOLE * WHOLE;
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

size_t opencl_row_values(struct tensor_shape shape, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? 1 : shape.width;
}

size_t opencl_channels(const struct network_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return layer->output.channels;
}

size_t opencl_value_items(const struct network_layer *layer, enum weft_mapping mapping) {
    size_t size = shape_size(layer->output);
    return size / opencl_values_per_item(size, mapping);
}

size_t opencl_output_rows(const struct network_layer *layer, enum weft_mapping mapping) {
    return shape_size(layer->output) / opencl_row_values(layer->output, mapping);
}

size_t opencl_input_rows(const struct network_layer *layer, enum weft_mapping mapping) {
    return shape_size(layer->input) / opencl_row_values(layer->input, mapping);
}

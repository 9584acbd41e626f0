/* relu.c: what cl/relu.cl needs. */
#include "backend/opencl/opencl.h"

static void define(struct opencl_text *text, const struct weft_layer *layer,
                   enum weft_mapping mapping) {
    size_t size = weft_shape_size(layer->output);
    opencl_define(text, "SIZE", size);
    opencl_define(text, "PER_ITEM", opencl_values_per_item(size, mapping));
}

static size_t items(const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t size = weft_shape_size(layer->output);
    return size / opencl_values_per_item(size, mapping);
}

static const struct opencl_kernel kernels[] = {
    {.name = "relu_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = items,
     .arguments = {ARG_INPUT, ARG_OUTPUT}},
    {.name = "relu_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_DINPUT}},
};

const struct opencl_row opencl_relu = {
    .file = "relu.cl",
    .define = define,
    .kernel_count = sizeof kernels / sizeof kernels[0],
    .kernels = kernels,
};

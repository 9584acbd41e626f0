/* conv2d_pool.c: the macros and functions of cl/conv2d_pool.cl: a conv2d and the max_pool2d after
 * it (fusions.c). ${layer} is the conv2d, layer[1] the pool. */
#include "backend/opencl/conv2d.h"
#include "backend/opencl/source.h"

/* Output channels x columns, a multiple of the window. */
static struct conv2d_tile tile_of(const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t window = layer[1].as.max_pool2d.kernel;
    return conv2d_choose_tile(layer->output.channels, layer->output.width, window, window,
                              layer->as.conv2d.kernel_width, mapping);
}

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t window = layer[1].as.max_pool2d.kernel;
    struct conv2d_tile tile = tile_of(layer, mapping);
    conv2d_define(text, layer, mapping, true);
    opencl_define(text, "WINDOW", window);
    opencl_define(text, "POOL_K", tile.channels);
    opencl_define(text, "POOL_X", tile.columns / window);
}

static size_t scratch(const struct weft_layer *layer, size_t shards) {
    return opencl_max_pool2d.scratch(&layer[1], shards);
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct conv2d_tile tile = tile_of(layer, mapping);
    size_t window = layer[1].as.max_pool2d.kernel;
    return weft_shape_size(layer->output) / tile.channels / tile.columns / window;
}

static size_t forward_parts(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tile_of(layer, mapping).channels;
}

static const struct opencl_function functions[] = {
    {.name = "conv2d_pool_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = forward_items,
     .parts = forward_parts,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT, ARG_SCRATCH}},
    {.name = "conv2d_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .items = conv2d_gradient_items,
     .input_items = conv2d_input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
};

const struct opencl_layer opencl_conv2d_pool = {
    .file = "conv2d_pool.cl",
    .define = define,
    .reads_relu = true,
    .scratch = scratch,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

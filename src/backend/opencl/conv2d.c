/* conv2d.c: what cl/conv2d.cl needs. */
#include "backend/opencl/opencl.h"

/* Tiles of one work-item: a CPU keeps up to 24 vectors of sums in its registers, a GPU a handful of single sums. */
struct tiles {
    size_t k, x;   /* forward: output channels, columns */
    size_t dc, dx; /* backward: input channels, columns */
    size_t gk;     /* gradients: output channels */
};

static struct tiles tiles_of(const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t sums = mapping == WEFT_MAPPING_GPU ? 4 : 24,
           columns = mapping == WEFT_MAPPING_GPU ? 1 : 4;
    size_t width = layer->as.conv2d.kernel_width;
    struct tiles tiles;
    tiles.x = opencl_divisor(layer->output.width, columns);
    tiles.k = opencl_divisor(layer->output.channels, sums / tiles.x);
    tiles.dx = opencl_divisor(layer->input.width, columns);
    tiles.dc = opencl_divisor(layer->input.channels, sums / tiles.dx);
    tiles.gk = opencl_divisor(layer->output.channels, width < sums ? sums / width : 1);
    return tiles;
}

static void define(struct opencl_text *text, const struct weft_layer *layer,
                   enum weft_mapping mapping) {
    struct tiles tiles = tiles_of(layer, mapping);
    opencl_define(text, "IN_CHANNELS", layer->input.channels);
    opencl_define(text, "IN_HEIGHT", layer->input.height);
    opencl_define(text, "IN_WIDTH", layer->input.width);
    opencl_define(text, "OUT_CHANNELS", layer->output.channels);
    opencl_define(text, "OUT_HEIGHT", layer->output.height);
    opencl_define(text, "OUT_WIDTH", layer->output.width);
    opencl_define(text, "KERNEL_HEIGHT", layer->as.conv2d.kernel_height);
    opencl_define(text, "KERNEL_WIDTH", layer->as.conv2d.kernel_width);
    opencl_define(text, "TILE_K", tiles.k);
    opencl_define(text, "TILE_X", tiles.x);
    opencl_define(text, "DTILE_C", tiles.dc);
    opencl_define(text, "DTILE_X", tiles.dx);
    opencl_define(text, "GTILE_K", tiles.gk);
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct tiles tiles = tiles_of(layer, mapping);
    return weft_shape_size(layer->output) / tiles.k / tiles.x;
}

static size_t backward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct tiles tiles = tiles_of(layer, mapping);
    return weft_shape_size(layer->input) / tiles.dc / tiles.dx;
}

static size_t gradient_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tiles_of(layer, mapping).gk * layer->input.channels *
           layer->as.conv2d.kernel_height;
}

static size_t bias_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return layer->output.channels;
}

static const struct opencl_kernel kernels[] = {
    {"conv2d_forward",
     PASS_FORWARD,
     RANGE_SHARDS,
     forward_items,
     {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {"conv2d_gradients",
     PASS_BACKWARD,
     RANGE_SUMS,
     gradient_items,
     {ARG_INPUT, ARG_DOUTPUT, ARG_PARTIALS}},
    {"conv2d_gradients_bias", PASS_BACKWARD, RANGE_SUMS, bias_items, {ARG_DOUTPUT, ARG_PARTIALS}},
    {"conv2d_backward",
     PASS_BACKWARD,
     RANGE_SHARDS,
     backward_items,
     {ARG_DOUTPUT, ARG_PARAMETERS, ARG_DINPUT}},
};

const struct opencl_row opencl_conv2d = {
    .file = "conv2d.cl",
    .define = define,
    .kernel_count = sizeof kernels / sizeof kernels[0],
    .kernels = kernels,
};

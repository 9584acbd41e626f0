/* linear.c: what cl/linear.cl needs. */
#include "backend/opencl/opencl.h"

/* Outputs (forward, gradients) or inputs (backward) of one work-item. */
static size_t tile(size_t n, enum weft_mapping mapping) {
    return opencl_divisor(n, mapping == WEFT_MAPPING_GPU ? 2 : 12);
}

/* Outputs of one work-item of the gradients: many, so that turning 16 inputs around on a CPU is soon forgotten. */
static size_t gradient_tile(const struct weft_layer *layer, enum weft_mapping mapping) {
    return opencl_divisor(layer->output.channels, mapping == WEFT_MAPPING_GPU ? 2 : 60);
}

static void define(struct opencl_text *text, const struct weft_layer *layer,
                   enum weft_mapping mapping) {
    opencl_define(text, "INPUTS", layer->input.channels);
    opencl_define(text, "OUTPUTS", layer->output.channels);
    opencl_define(text, "TILE", tile(layer->output.channels, mapping));
    opencl_define(text, "DTILE", tile(layer->input.channels, mapping));
    opencl_define(text, "GTILE", gradient_tile(layer, mapping));
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tile(layer->output.channels, mapping);
}

static size_t backward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->input.channels / tile(layer->input.channels, mapping);
}

static size_t gradient_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / gradient_tile(layer, mapping) *
           weft_shards(layer->input.channels);
}

/* Sixteen outputs a work-item or group. */
static size_t bias_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return weft_shards(layer->output.channels);
}

static const struct opencl_kernel kernels[] = {
    {"linear_forward",
     PASS_FORWARD,
     RANGE_SHARDS,
     forward_items,
     {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {"linear_gradients",
     PASS_BACKWARD,
     RANGE_SHARDS,
     gradient_items,
     {ARG_INPUT, ARG_DOUTPUT, ARG_PARTIALS}},
    {"linear_gradients_bias", PASS_BACKWARD, RANGE_SHARDS, bias_items, {ARG_DOUTPUT, ARG_PARTIALS}},
    {"linear_backward",
     PASS_BACKWARD,
     RANGE_SHARDS,
     backward_items,
     {ARG_DOUTPUT, ARG_PARAMETERS, ARG_DINPUT}},
};

const struct opencl_row opencl_linear = {
    .file = "linear.cl",
    .define = define,
    .kernel_count = sizeof kernels / sizeof kernels[0],
    .kernels = kernels,
};

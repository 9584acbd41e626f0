/* linear.c: the macros and functions of cl/linear.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

/* Outputs (forward) or inputs (backward) of one work-item. */
static size_t tile(size_t n, enum weft_mapping mapping) {
    return opencl_divisor(n, mapping == WEFT_MAPPING_GPU ? 2 : 12);
}

/* Outputs of one work-item of the gradients: many, so that transposing 16 inputs on a CPU takes a
 * small share of the time. */
static size_t gradient_tile(const struct weft_layer *layer, enum weft_mapping mapping) {
    return opencl_divisor(layer->output.channels, mapping == WEFT_MAPPING_GPU ? 2 : 60);
}

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    opencl_define(text, "INPUTS", layer->input.channels);
    opencl_define(text, "OUTPUTS", layer->output.channels);
    opencl_define(text, "TILE", tile(layer->output.channels, mapping));
    opencl_define(text, "DINPUT_TILE", tile(layer->input.channels, mapping));
    opencl_define(text, "GRADIENT_TILE", gradient_tile(layer, mapping));
    opencl_define(text, "INPUTS_TOGETHER", opencl_divisor(layer->input.channels, OPENCL_TOGETHER));
    opencl_define(text, "OUTPUTS_TOGETHER",
                  opencl_divisor(layer->output.channels, OPENCL_TOGETHER));
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tile(layer->output.channels, mapping);
}

static size_t input_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->input.channels / tile(layer->input.channels, mapping);
}

static size_t gradient_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / gradient_tile(layer, mapping) *
           lanes_shards(layer->input.channels);
}

static const struct opencl_function functions[] = {
    {.name = "linear_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = forward_items,
     .parts = forward_items, /* a part is an item */
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {.name = "linear_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .items = gradient_items,
     .input_items = input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
};

const struct opencl_layer opencl_linear = {
    .file = "linear.cl",
    .define = define,
    .reads_relu = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

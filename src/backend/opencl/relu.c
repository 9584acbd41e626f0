/* relu.c: the macros and functions of cl/relu.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    size_t size = shape_size(layer->output);
    opencl_define(text, "VALUES_PER_ITEM", opencl_values_per_item(size, mapping));
}

static const struct opencl_function functions[] = {
    {.name = "relu_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = opencl_value_items,
     .arguments = {ARG_INPUT, ARG_OUTPUT}},
    {.name = "relu_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = opencl_value_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_DINPUT}},
};

const struct opencl_layer opencl_relu = {
    .file = "relu.cl",
    .define = define,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* global_avg_pool2d.c: the functions of cl/global_avg_pool2d.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    opencl_define(text, "DINPUTS_PER_ITEM", opencl_row_values(layer->input, mapping));
}

static const struct opencl_function functions[] = {
    {.name = "global_avg_pool2d_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_OUTPUT}},
    {.name = "global_avg_pool2d_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = opencl_input_rows,
     .arguments = {ARG_DOUTPUT, ARG_DINPUT}},
};

const struct opencl_layer opencl_global_avg_pool2d = {
    .file = "global_avg_pool2d.cl",
    .define = define,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* avg_pool2d.c: the macros and functions of cl/avg_pool2d.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    opencl_define_pair(text, "WINDOW", layer->as.avg_pool2d.kernel);
    opencl_define_pair(text, "STRIDE", layer->as.avg_pool2d.stride);
    opencl_define_pair(text, "PADDING", layer->as.avg_pool2d.padding);
    opencl_define(text, "COUNT_PADDING", layer->as.avg_pool2d.count_include_pad);
    opencl_define(text, "VALUES_PER_ITEM", opencl_row_values(layer->output, mapping));
    opencl_define(text, "DINPUTS_PER_ITEM", opencl_row_values(layer->input, mapping));
}

static const struct opencl_function functions[] = {
    {.name = "avg_pool2d_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = opencl_output_rows,
     .arguments = {ARG_INPUT, ARG_OUTPUT}},
    {.name = "avg_pool2d_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = opencl_input_rows,
     .arguments = {ARG_DOUTPUT, ARG_DINPUT}},
};

const struct opencl_layer opencl_avg_pool2d = {
    .file = "avg_pool2d.cl",
    .define = define,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

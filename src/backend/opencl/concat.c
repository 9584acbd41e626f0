/* concat.c: the functions of cl/concat.cl. */
#include "backend/opencl/layer.h"

static const struct opencl_function functions[] = {
    {.name = "concat_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .end_input = LAYER_INPUTS_MAX,
     .arguments = {ARG_INPUT, ARG_OUTPUT, ARG_SIZE, ARG_VALUES, ARG_OFFSET}},
};

const struct opencl_layer opencl_concat = {
    .file = "concat.cl",
    .passes_gradient = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* add.c: the functions of cl/add.cl. */
#include "backend/opencl/layer.h"

static const struct opencl_function functions[] = {
    {.name = "add_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .begin_input = 1,
     .end_input = 2,
     .arguments = {ARG_FIRST_INPUT, ARG_INPUT, ARG_OUTPUT, ARG_VALUES}},
    {.name = "add_next",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .begin_input = 2,
     .end_input = LAYER_INPUTS_MAX,
     .arguments = {ARG_INPUT, ARG_OUTPUT, ARG_VALUES}},
};

const struct opencl_layer opencl_add = {
    .file = "add.cl",
    .passes_gradient = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

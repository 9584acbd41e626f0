/* dropout.c: the macros and functions of cl/dropout.cl. */
#include "backend/dropout.h"
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

static size_t item_values(enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? 4 : 64;
}

static size_t items(const struct network_layer *layer, enum weft_mapping mapping) {
    const size_t values = item_values(mapping);
    return (shape_size(layer->output) + values - 1) / values;
}

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    opencl_define(text, "VALUES_PER_ITEM", item_values(mapping));
    opencl_define(text, "THRESHOLD", dropout_threshold(layer->as.dropout.p));
    opencl_define_float(text, "SCALE", dropout_scale(layer->as.dropout.p));
}

static const struct opencl_function functions[] = {
    {.name = "dropout_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = items,
     .arguments = {ARG_INPUT, ARG_OUTPUT, ARG_KEY_LOW, ARG_KEY_HIGH, ARG_TRAINS, ARG_LAYER}},
    {.name = "dropout_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = items,
     .arguments = {ARG_DOUTPUT, ARG_DINPUT, ARG_KEY_LOW, ARG_KEY_HIGH, ARG_TRAINS, ARG_LAYER}},
};

const struct opencl_layer opencl_dropout = {
    .file = "dropout.cl",
    .define = define,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

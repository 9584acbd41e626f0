/* elementwise.h: the tables of layers each of whose values comes from one value
 * (cl/elementwise.h). */
#ifndef WEFT_OPENCL_ELEMENTWISE_H
#define WEFT_OPENCL_ELEMENTWISE_H

#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

/* Defines VALUES_PER_ITEM. */
static inline void opencl_elementwise_define(struct text *text, const struct network_layer *layer,
                                             enum weft_mapping mapping) {
    size_t size = shape_size(layer->output);
    opencl_define(text, "VALUES_PER_ITEM", opencl_values_per_item(size, mapping));
}

/* Defines opencl_NAME. ${values}: what NAME_gradient takes, ARG_INPUT or ARG_OUTPUT. ${define}:
 * opencl_elementwise_define, or a function that calls it and defines the layer's arguments. */
#define OPENCL_ELEMENTWISE(layer, values, define_macros)                                           \
    static const struct opencl_function functions[] = {                                            \
        {.name = #layer "_forward",                                                                \
         .passes = PASS_FORWARD,                                                                   \
         .range = RANGE_SHARDS,                                                                    \
         .items = opencl_value_items,                                                              \
         .arguments = {ARG_INPUT, ARG_OUTPUT}},                                                    \
        {.name = #layer "_backward",                                                               \
         .passes = PASS_BACKWARD,                                                                  \
         .range = RANGE_SHARDS,                                                                    \
         .input_items = opencl_value_items,                                                        \
         .arguments = {values, ARG_DOUTPUT, ARG_DINPUT}},                                          \
    };                                                                                             \
    const struct opencl_layer opencl_##layer = {                                                   \
        .file = #layer ".cl",                                                                      \
        .define = define_macros,                                                                   \
        .function_count = sizeof functions / sizeof functions[0],                                  \
        .functions = functions,                                                                    \
    };

#endif

/* leaky_relu.c: the macros and functions of cl/leaky_relu.cl. */
#include "backend/opencl/elementwise.h"

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    opencl_elementwise_define(text, layer, mapping);
    opencl_define_float(text, "NEGATIVE_SLOPE", layer->as.leaky_relu.negative_slope);
}

OPENCL_ELEMENTWISE(leaky_relu, ARG_INPUT, define)

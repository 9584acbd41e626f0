/* leaky_relu.c: output = input > 0 ? input : negative_slope x input. */
#include "backend/cpu/elementwise.h"

static float value(const struct network_layer *layer, float x) {
    return x > 0.0f ? x : weft_clean(layer->as.leaky_relu.negative_slope * x);
}

static float gradient(const struct network_layer *layer, float x, float d) {
    return x > 0.0f ? d : weft_clean(layer->as.leaky_relu.negative_slope * d);
}

CPU_ELEMENTWISE(leaky_relu)

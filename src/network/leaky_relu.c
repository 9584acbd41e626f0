/* leaky_relu.c: x > 0 ? x : negative_slope x, of any shape. */
#include "network/layer.h"

#include <float.h>

#include "base/numbers.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    char slope[32];
    text_add(text, "LeakyReLU(negative_slope=%s)",
             number_python(layer->as.leaky_relu.negative_slope, slope));
}

const struct layer_kind layer_leaky_relu = {
    .arguments = {{"negative_slope", ARGUMENT_FLOAT, IN_LAYER(leaky_relu.negative_slope),
                   .optional = true, .fallback = 0.01, .min = -FLT_MAX, .max = FLT_MAX}},
    .example = "\"negative_slope\": -0.3",
    .backward_reads_input = true,
    .pytorch = pytorch,
};

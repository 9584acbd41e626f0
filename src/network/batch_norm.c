/* batch_norm.c: normalises each channel to mean 0 and deviation 1, then multiplies by weight and
 * adds bias if it has these (affine).
 *
 * The input has any shape. On a flat input, where each feature is a channel, the layer is PyTorch's
 * BatchNorm1d, else BatchNorm2d. */
#include "network/layer.h"

#include <string.h>

#include "base/numbers.h"

static size_t declare(const struct network_layer *layer,
                      struct network_tensor tensors[LAYER_TENSORS_MAX]) {
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    for (size_t i = layer->as.batch_norm.affine ? 0 : 2; i < 4; i++) {
        tensors[i] =
            (struct network_tensor){.trained = i < 2, .rank = 1, .shape = {layer->input.channels}};
        strcpy(tensors[i].name, names[i]);
    }
    return 4;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    char eps[32], momentum[32];
    text_add(text, "BatchNorm%dd(%zu, eps=%s, momentum=%s, affine=%s, track_running_stats=True)",
             layer->input.flat ? 1 : 2, layer->input.channels,
             number_python(layer->as.batch_norm.eps, eps),
             number_python(layer->as.batch_norm.momentum, momentum),
             layer->as.batch_norm.affine ? "True" : "False");
}

/* A smaller momentum than 2^-36 is 0, as values of the contract of equal bits are; it would not
 * change the statistics. */
const struct layer_kind layer_batch_norm = {
    .arguments = {{"eps", ARGUMENT_FLOAT, IN_LAYER(batch_norm.eps), .optional = true,
                   .fallback = 1e-5, .min = 1e-9, .max = 1},
                  {"momentum", ARGUMENT_FLOAT, IN_LAYER(batch_norm.momentum), .optional = true,
                   .fallback = 0.1, .max = 1},
                  {"affine", ARGUMENT_BOOL, IN_LAYER(batch_norm.affine), .optional = true,
                   .fallback = true, .short_form = true}},
    .example = "\"eps\": 1e-3, \"momentum\": 0.3, \"affine\": false",
    .declare = declare,
    .initial = {INITIAL_ONE, INITIAL_ZERO, INITIAL_ZERO, INITIAL_ONE},
    .counts_batches = true,
    .backward_reads_input = true,
    .pytorch = pytorch,
};

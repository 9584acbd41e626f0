/* batch_norm.c: normalises each channel to mean 0 and deviation 1, then multiplies by weight and
 * adds bias.
 *
 * The input has any shape. On a flat input, where each feature is a channel, the layer is PyTorch's
 * BatchNorm1d, else BatchNorm2d. */
#include "base/try.h"
#include "network/layer.h"

#include <string.h>

#include "base/numbers.h"

static const char *const arguments[] = {"eps", "momentum", NULL};

static enum weft_status parse(const struct json_t *list, struct weft_layer *layer,
                              struct weft_error *error) {
    TRY(argument_float(list, "eps", 1e-5, 1e-9, 1.0, &layer->as.batch_norm.eps, error));
    TRY(argument_float(list, "momentum", 0.1, 0.0, 1.0, &layer->as.batch_norm.momentum, error));
    /* A smaller momentum would not change the statistics, and values below 2^-36 are 0 in the
     * contract of equal bits. */
    if (layer->as.batch_norm.momentum < 0x1p-36f) {
        layer->as.batch_norm.momentum = 0.0f;
    }
    return WEFT_OK;
}

static enum weft_status infer(struct weft_layer *layer, struct weft_error *error) {
    (void)error;
    layer->output = layer->input;
    return WEFT_OK;
}

static size_t declare(const struct weft_layer *layer,
                      struct weft_tensor tensors[LAYER_TENSORS_MAX]) {
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    for (size_t i = 0; i < 4; i++) {
        tensors[i] =
            (struct weft_tensor){.trained = i < 2, .rank = 1, .shape = {layer->input.channels}};
        strcpy(tensors[i].name, names[i]);
    }
    return 4;
}

static void write(const struct weft_layer *layer, struct json_writer *json) {
    json_write_float(json, "eps", layer->as.batch_norm.eps);
    json_write_float(json, "momentum", layer->as.batch_norm.momentum);
}

/* Writes ${value}, 0 to 1, as Python does: an integer gets ".0". Returns ${digits}. */
static const char *python_float(float value, char digits[32]) {
    number_float(value, digits);
    return strlen(digits) == 1 ? strcat(digits, ".0") : digits;
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    char eps[32], momentum[32];
    text_add(text, "BatchNorm%dd(%zu, eps=%s, momentum=%s, affine=True, track_running_stats=True)",
             layer->input.flat ? 1 : 2, layer->input.channels,
             python_float(layer->as.batch_norm.eps, eps),
             python_float(layer->as.batch_norm.momentum, momentum));
}

const struct layer_kind layer_batch_norm = {
    .arguments = arguments,
    .example = "\"eps\": 1e-3, \"momentum\": 0.3",
    .parse = parse,
    .infer = infer,
    .declare = declare,
    .initial = {INITIAL_ONE, INITIAL_ZERO, INITIAL_ZERO, INITIAL_ONE},
    .counts_batches = true,
    .write = write,
    .pytorch = pytorch};

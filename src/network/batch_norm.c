/* batch_norm.c: each channel to mean 0 and deviation 1, then times weight, plus bias.
 *
 * Of any shape: on a flat input, where each feature is a channel, it is PyTorch's BatchNorm1d, else BatchNorm2d. */
#include "network/layer.h"

#include <string.h>

static const char *const arguments[] = {"eps", "momentum", NULL};

static enum weft_status parse(const struct cJSON *list, struct weft_layer *layer,
                              struct weft_error *error) {
    enum weft_status status =
        argument_float(list, "eps", 1e-5, 1e-9, 1.0, &layer->as.batch_norm.eps, error);
    if (status == WEFT_OK) {
        status =
            argument_float(list, "momentum", 0.1, 0.0, 1.0, &layer->as.batch_norm.momentum, error);
    }
    /* A share of the statistics too small to change them: below 2^-36 the contract of equal bits knows no values. */
    if (status == WEFT_OK && layer->as.batch_norm.momentum < 0x1p-36f) {
        layer->as.batch_norm.momentum = 0.0f;
    }
    return status;
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

static void write(const struct weft_layer *layer, struct text *text) {
    text_add(text, ", \"eps\": ");
    text_add_float(text, layer->as.batch_norm.eps);
    text_add(text, ", \"momentum\": ");
    text_add_float(text, layer->as.batch_norm.momentum);
}

/* As Python writes a float: with ".0" where it is whole. */
static void add_python_float(struct text *text, float value) {
    text_add_float(text, value);
    if (value == 0.0f || value == 1.0f) {
        text_add(text, ".0");
    }
}

static void pytorch(const struct weft_layer *layer, struct text *text) {
    text_add(text, "BatchNorm%dd(%zu, eps=", layer->input.flat ? 1 : 2, layer->input.channels);
    add_python_float(text, layer->as.batch_norm.eps);
    text_add(text, ", momentum=");
    add_python_float(text, layer->as.batch_norm.momentum);
    text_add(text, ", affine=True, track_running_stats=True)");
}

const struct layer_kind layer_batch_norm = {
    .arguments = arguments,
    .parse = parse,
    .infer = infer,
    .declare = declare,
    .initial = {INITIAL_ONE, INITIAL_ZERO, INITIAL_ZERO, INITIAL_ONE},
    .counts_batches = true,
    .write = write,
    .pytorch = pytorch};

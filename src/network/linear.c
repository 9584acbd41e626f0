/* linear.c: (in_features) becomes (out_features): weight times input, plus bias if there is one. */
#include "network/layer.h"

static enum weft_status infer(struct network_layer *layer, struct weft_error *error) {
    char input[64];
    if (!layer->input.flat) {
        return error_set(error, WEFT_BAD_FILE,
                         "linear gives %zu from a flat input, but its input is %s: put a flatten "
                         "layer before it",
                         layer->as.linear.out_features, shape_text(layer->input, input));
    }
    layer->output = (struct tensor_shape){
        .channels = layer->as.linear.out_features, .height = 1, .width = 1, .flat = true};
    return WEFT_OK;
}

static size_t declare(const struct network_layer *layer,
                      struct network_tensor tensors[LAYER_TENSORS_MAX]) {
    size_t out = layer->as.linear.out_features;
    tensors[0] = (struct network_tensor){
        .name = "weight", .trained = true, .rank = 2, .shape = {out, layer->input.channels}};
    if (layer->as.linear.bias) {
        tensors[1] =
            (struct network_tensor){.name = "bias", .trained = true, .rank = 1, .shape = {out}};
    }
    return 2;
}

static void pytorch(const struct network_layer *layer, struct text *text) {
    text_add(text, "Linear(in_features=%zu, out_features=%zu, bias=%s)", layer->input.channels,
             layer->as.linear.out_features, layer->as.linear.bias ? "True" : "False");
}

static uint64_t flop(const struct network_layer *layer) {
    return 2 * (uint64_t)layer->input.channels * layer->as.linear.out_features;
}

const struct layer_kind layer_linear = {
    .arguments = {{"out_features", ARGUMENT_SIZE, IN_LAYER(linear.out_features), .min = 1},
                  {"bias", ARGUMENT_BOOL, IN_LAYER(linear.bias), .optional = true, .fallback = true,
                   .short_form = true}},
    .example = "\"out_features\": 23, \"bias\": false",
    .infer = infer,
    .declare = declare,
    .initial = {INITIAL_UNIFORM, INITIAL_UNIFORM},
    .outputs = IN_LAYER(linear.out_features),
    .backward_reads_input = true,
    .pytorch = pytorch,
    .flop = flop,
};

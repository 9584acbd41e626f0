/* layer_function.c: networks of one function of one value. */
#include "layer_function.h"

#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"

enum { IMAGES = 17, SIZE = 143, SLOPES = 2 };

static const char *layer_of(const struct layer_function *function, const char *name,
                            char text[200]) {
    snprintf(text, 200, "{\"kind\": \"%s\"%s%s}", function->kind, name, function->arguments);
    return text;
}

static const char *network_of(const struct layer_function *function, size_t size, char json[300]) {
    char layer[200];
    snprintf(json, 300, "{\"input\": [%zu], \"layers\": [%s]}", size,
             layer_of(function, ", \"name\": \"l\"", layer));
    return json;
}

static void scale(struct layer_values *values, size_t count, float factor) {
    for (size_t i = 0; i < count; i++) {
        values->inputs[i] *= factor;
    }
}

static unsigned compare(const struct layer_function *function, const struct weft_network *network,
                        const struct layer_values *values) {
    const size_t count = (size_t)IMAGES * SIZE;
    double *output = layer_alloc(count * sizeof *output);
    double *dinput = layer_alloc(count * sizeof *dinput);
    struct layer_result result = {0};
    unsigned wrong;
    for (size_t i = 0; i < count; i++) {
        const double x = (double)values->inputs[i];
        output[i] = function->value(x);
        dinput[i] = function->slope(x) * (double)values->doutputs[i];
    }
    layer_reference(network, values, IMAGES, WEFT_STATISTICS_RUNNING, &result);
    wrong = layer_result_near(&result, "l.output", output, function->tolerance, function->kind) +
            layer_result_near(&result, "input.grad", dinput, function->tolerance, function->kind);
    layer_result_finish(&result);
    free(output);
    free(dinput);
    return wrong;
}

void layer_check_function(const struct layer_function *function) {
    char json[300];
    struct weft_network *network = layer_network(network_of(function, SIZE, json));
    struct layer_values values;
    unsigned wrong;
    layer_values_draw(network, IMAGES, LAYER_PLAIN, 40, &values);
    wrong = compare(function, network, &values);
    scale(&values, (size_t)IMAGES * SIZE, 16);
    wrong += compare(function, network, &values);
    layer_values_finish(&values);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}

/* From -4 to 4. The differences have an error of about h^2 / 6, and of rounding / h. */
void layer_check_slopes(const struct layer_function *function) {
    char json[300];
    struct weft_network *network = layer_network(network_of(function, SIZE, json));
    struct layer_values values;
    layer_values_draw(network, SLOPES, LAYER_PLAIN, 62, &values);
    scale(&values, (size_t)SLOPES * SIZE, 4);
    layer_check_differences(function->kind, network, &values, SLOPES, WEFT_STATISTICS_RUNNING,
                            0x1p-7f, 1e-4);
    layer_values_finish(&values);
    network_destroy(network);
}

void layer_check_function_bits(const struct layer_function *function) {
    char json[700], layer[200];
    layer_of(function, "", layer);
    snprintf(json, sizeof json,
             "{\"input\": [13, 7, 11], \"layers\": [%s, %s, {\"kind\": \"flatten\"}, %s]}", layer,
             layer, layer);
    layer_check_bits(function->kind, LAYER_SMALL, json);
}

void layer_check_function_by_hand(const struct layer_function *function, size_t count,
                                  const float *inputs, const float *doutputs, const float *outputs,
                                  const float *dinputs) {
    char json[300];
    layer_check_by_hand(
        network_of(function, count / 2, json),
        &(struct layer_hand){
            .name = function->kind,
            .images = 2,
            .statistics = WEFT_STATISTICS_RUNNING,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"l.output", count, outputs}, {"input.grad", count, dinputs}},
        },
        1);
}

/* layer_function.c: networks of one function of one value. */
#include "layer_function.h"

#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_vectors.h"

/* The function that is tested. */
static const struct layer_function *tested;

enum { IMAGES = 17, SIZE = 143, SLOPES = 2 };

static const char *layer_of(const char *name, char text[200]) {
    snprintf(text, 200, "{\"kind\": \"%s\"%s%s}", tested->kind, name, tested->arguments);
    return text;
}

static const char *network_of(size_t size, char json[300]) {
    char layer[200];
    snprintf(json, 300, "{\"input\": [%zu], \"layers\": [%s]}", size,
             layer_of(", \"name\": \"l\"", layer));
    return json;
}

static void scale(struct layer_values *values, size_t count, float factor) {
    for (size_t i = 0; i < count; i++) {
        values->inputs[i] *= factor;
    }
}

static unsigned compare(const struct weft_network *network, const struct layer_values *values) {
    const size_t count = (size_t)IMAGES * SIZE;
    double *output = layer_alloc(count * sizeof *output);
    double *dinput = layer_alloc(count * sizeof *dinput);
    struct layer_result result = {0};
    unsigned wrong;
    for (size_t i = 0; i < count; i++) {
        const double x = (double)values->inputs[i];
        output[i] = tested->value(x);
        dinput[i] = tested->slope(x) * (double)values->doutputs[i];
    }
    layer_reference(network, values, IMAGES, WEFT_STATISTICS_RUNNING, &result);
    wrong = layer_result_near(&result, "l.output", output, tested->tolerance, tested->kind) +
            layer_result_near(&result, "input.grad", dinput, tested->tolerance, tested->kind);
    layer_result_finish(&result);
    free(output);
    free(dinput);
    return wrong;
}

START_TEST(by_hand) {
    char json[300];
    layer_check_by_hand(network_of(tested->count / 2, json),
                        &(struct layer_hand){
                            .name = tested->kind,
                            .images = 2,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = tested->inputs,
                            .doutputs = tested->doutputs,
                            .expected = {{"l.output", tested->count, tested->outputs},
                                         {"input.grad", tested->count, tested->dinputs}},
                        },
                        1);
}
END_TEST

/* In double, for inputs from -1 to 1, and from -16 to 16. */
START_TEST(plain) {
    char json[300];
    struct weft_network *network = layer_network(network_of(SIZE, json));
    struct layer_values values;
    unsigned wrong;
    layer_values_draw(network, IMAGES, LAYER_PLAIN, 40, &values);
    wrong = compare(network, &values);
    scale(&values, (size_t)IMAGES * SIZE, 16);
    wrong += compare(network, &values);
    layer_values_finish(&values);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors(tested->kind, tested->pytorch);
}
END_TEST

/* From -4 to 4. The differences have an error of about h^2 / 6, and of rounding / h. */
START_TEST(differences) {
    char json[300];
    struct weft_network *network = layer_network(network_of(SIZE, json));
    struct layer_values values;
    layer_values_draw(network, SLOPES, LAYER_PLAIN, 62, &values);
    scale(&values, (size_t)SLOPES * SIZE, 4);
    layer_check_differences(tested->kind, network, &values, SLOPES, WEFT_STATISTICS_RUNNING,
                            0x1p-7f, 1e-4);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* As the first layer, after itself, and of a flat input. */
START_TEST(bits) {
    char json[700], layer[200];
    layer_of("", layer);
    snprintf(json, sizeof json,
             "{\"input\": [13, 7, 11], \"layers\": [%s, %s, {\"kind\": \"flatten\"}, %s]}", layer,
             layer, layer);
    layer_check_bits(tested->kind, LAYER_SMALL, json);
}
END_TEST

void layer_function_tests(TCase *tests, const struct layer_function *function) {
    tested = function;
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
}

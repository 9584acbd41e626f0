/* layer_plain.c: compares the reference with sums in double. */
#include "layer_plain.h"

#include "check_weft.h"

/* Compares all tensors of ${result} with ${sums}. Returns the number of those that differ. */
static unsigned compare(const struct weft_network *network, const struct layer_result *result,
                        const struct layer_sums *sums, const struct layer_plain *plain,
                        const char *what) {
    char name[LAYER_NAME_MAX + 48];
    unsigned wrong = 0;
    snprintf(name, sizeof name, "%s.output", network->layers[0].name);
    wrong += layer_result_near(result, name, sums->output, plain->output_tolerance, what);
    wrong += layer_result_near(result, "input.grad", sums->dinput, plain->gradient_tolerance, what);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        snprintf(name, sizeof name, "%s.grad", tensor->name);
        wrong += layer_result_near(result, name, sums->dparameters + tensor->offset,
                                   plain->gradient_tolerance, what);
    }
    return wrong;
}

void layer_check_plain(const char *json, const struct layer_plain *plain) {
    struct weft_network *network = layer_network(json);
    size_t inputs = plain->images * shape_size(network->input);
    size_t outputs = plain->images * shape_size(network_output(network));
    struct layer_sums sums = {layer_alloc(outputs * sizeof(double)),
                              layer_alloc(inputs * sizeof(double)),
                              layer_alloc((network->parameter_count + 1) * sizeof(double))};
    struct layer_values values;
    struct layer_result result = {0};
    unsigned wrong;
    layer_values_draw(network, plain->images, plain->style, plain->seed, &values);
    layer_draw(plain->seed + 1, 0, LAYER_PLAIN, values.doutputs, outputs);
    plain->add(plain->shape, &values, &sums);
    layer_reference(network, &values, plain->images, WEFT_STATISTICS_RUNNING, &result);
    wrong = compare(network, &result, &sums, plain, json);
    free(sums.output);
    free(sums.dinput);
    free(sums.dparameters);
    layer_result_finish(&result);
    layer_values_finish(&values);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}

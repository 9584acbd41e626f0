/* layer_vectors.c: reads the vectors of a kind of layer and propagates each case. */
#include "layer_vectors.h"

#include "check_weft.h"
#include "data/safetensors.h"
#include "layer_case.h"

#include <string.h>

/* Returns the tensor ${name} of case ${number}, or NULL. */
static const struct safetensors_entry *find(const struct safetensors *file, unsigned number,
                                            const char *name) {
    char key[LAYER_NAME_MAX + 64];
    snprintf(key, sizeof key, "%u.%s", number, name);
    return safetensors_find(file, key);
}

/* Copies the tensor ${name} of case ${number}, of ${count} floats, to ${values}. */
static void copy(const struct safetensors *file, unsigned number, const char *name, size_t count,
                 float *values) {
    const struct safetensors_entry *entry = find(file, number, name);
    ck_assert_msg(entry != NULL && entry->count == count, "case %u: %s", number, name);
    for (size_t i = 0; i < count; i++) {
        values[i] = safetensors_float(entry, i);
    }
}

/* Compares the tensor ${own} of ${result} with the tensor ${name} of case ${number}. Returns the
 * number of differences. */
static unsigned compare(const struct safetensors *file, unsigned number, const char *name,
                        const struct layer_result *result, const char *own, double tolerance) {
    const struct safetensors_entry *entry = find(file, number, name);
    unsigned wrong;
    double *expected;
    char what[64];
    ck_assert_msg(entry != NULL, "case %u: %s is missing", number, name);
    ck_assert_uint_eq(entry->count, layer_tensor_count(layer_result_find(result, own)));
    expected = layer_alloc(entry->count * sizeof *expected);
    for (size_t i = 0; i < entry->count; i++) {
        expected[i] = (double)safetensors_float(entry, i);
    }
    snprintf(what, sizeof what, "case %u of PyTorch", number);
    wrong = layer_result_near(result, own, expected, tolerance, what);
    free(expected);
    return wrong;
}

/* Compares all results of case ${number} of ${network}, whose only layer is "l". */
static unsigned compare_all(const struct safetensors *file, unsigned number,
                            const struct weft_network *network, const struct layer_result *result,
                            double tolerance) {
    unsigned wrong = compare(file, number, "output", result, "l.output", tolerance) +
                     compare(file, number, "input.grad", result, "input.grad", tolerance);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        char name[LAYER_NAME_MAX + 48], own[LAYER_NAME_MAX + 48];
        snprintf(name, sizeof name, "%.80s.%s", tensor->name + 2,
                 tensor->trained ? "grad" : "after");
        snprintf(own, sizeof own, "%.80s%s", tensor->name, tensor->trained ? ".grad" : "");
        wrong += compare(file, number, name, result, own, tolerance);
    }
    return wrong;
}

/* Propagates case ${number}, the list ${json}. Returns the number of differences. */
static unsigned check_case(const struct safetensors *file, unsigned number, const char *json,
                           double tolerance) {
    struct weft_network *network = layer_network(json);
    const struct safetensors_entry *input = find(file, number, "input");
    struct layer_values values;
    struct layer_result result = {0};
    char key[32];
    const char *statistics;
    size_t images;
    unsigned wrong;
    ck_assert_ptr_nonnull(input);
    images = input->shape[0];
    layer_values_draw(network, images, LAYER_PLAIN, 1, &values);
    copy(file, number, "input", images * shape_size(network->input), values.inputs);
    copy(file, number, "output.grad", images * shape_size(network_output(network)),
         values.doutputs);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        copy(file, number, tensor->name + 2, tensor->count,
             (tensor->trained ? values.parameters : values.buffers) + tensor->offset);
    }
    snprintf(key, sizeof key, "%u.statistics", number);
    statistics = safetensors_metadata(file, key);
    ck_assert_ptr_nonnull(statistics);
    layer_reference(network, &values, images,
                    strcmp(statistics, "batch") == 0 ? WEFT_STATISTICS_BATCH
                                                     : WEFT_STATISTICS_RUNNING,
                    &result);
    wrong = compare_all(file, number, network, &result, tolerance);
    layer_result_finish(&result);
    layer_values_finish(&values);
    network_destroy(network);
    return wrong;
}

void layer_check_vectors(const char *kind, double tolerance) {
    struct safetensors file = {0};
    struct weft_error error = {0};
    char path[4096], key[16] = "0";
    const char *json;
    unsigned number = 0, wrong = 0;
    snprintf(path, sizeof path, "%s/tests/vectors/layers/%s.safetensors", source_root(), kind);
    ck_assert_msg(safetensors_read(path, &file, &error) == WEFT_OK, "%s", error.message);
    while ((json = safetensors_metadata(&file, key)) != NULL) {
        wrong += check_case(&file, number++, json, tolerance);
        snprintf(key, sizeof key, "%u", number);
    }
    ck_assert_uint_gt(number, 0);
    safetensors_finish(&file);
    ck_assert_msg(wrong == 0, "%s: %u differences from PyTorch, listed above", kind, wrong);
}

/* layer_differences.c: central differences. */
#include "layer_differences.h"

#include "backend/inspect.h"
#include "check_weft.h"

#include <string.h>

struct differences {
    struct backend *backend;
    const struct layer_values *values;
    size_t images, outputs; /* outputs: floats of all images */
    enum weft_statistics statistics;
    float h;
};

/* Returns L of the current values. */
static double objective(const struct differences *d) {
    const struct weft_network *network = backend_network(d->backend);
    struct propagation probe = {
        .statistics = d->statistics, .count = d->images, .inputs = d->values->inputs};
    float *outputs = layer_alloc(d->outputs * sizeof *outputs);
    char name[LAYER_NAME_MAX + 16];
    double sum = 0.0;
    snprintf(name, sizeof name, "%s.output", network->layers[network->layer_count - 1].name);
    ck_assert_int_eq(backend_write(d->backend, ARRAY_PARAMETERS, d->values->parameters, NULL),
                     WEFT_OK);
    ck_assert_int_eq(backend_write(d->backend, ARRAY_BUFFERS, d->values->buffers, NULL), WEFT_OK);
    ck_assert_int_eq(backend_propagate(d->backend, &probe, NULL), WEFT_OK);
    ck_assert_int_eq(backend_tensor(d->backend, name, outputs, d->outputs, NULL), WEFT_OK);
    for (size_t i = 0; i < d->outputs; i++) {
        sum += (double)outputs[i] * (double)d->values->doutputs[i];
    }
    free(outputs);
    return sum;
}

/* Computes the differences for the ${count} floats at ${place}, which are restored. */
static void measure(const struct differences *d, float *place, size_t count, double *gradient) {
    for (size_t i = 0; i < count; i++) {
        volatile float kept = place[i], up = kept + d->h, down = kept - d->h;
        double high, low;
        place[i] = up;
        high = objective(d);
        place[i] = down;
        low = objective(d);
        place[i] = kept;
        gradient[i] = (high - low) / ((double)up - (double)down);
    }
}

void layer_check_differences(const char *name, const struct weft_network *network,
                             const struct layer_values *values, size_t images,
                             enum weft_statistics statistics, float h, double tolerance) {
    const struct layer_place place = {.name = "cpu, 1 thread", .device = "cpu", .threads = 1};
    size_t inputs = images * shape_size(network->input);
    size_t most = network->parameter_count > inputs ? network->parameter_count : inputs;
    double *gradient = layer_alloc(most * sizeof *gradient);
    struct layer_result result = {0};
    struct differences d = {.values = values,
                            .images = images,
                            .outputs = images * shape_size(network_output(network)),
                            .statistics = statistics,
                            .h = h};
    unsigned wrong = 0;
    d.backend = layer_open(network, &place, images, name);
    ck_assert(d.backend != NULL);
    ck_assert(layer_propagate(d.backend, values, images, statistics, false, &result, name));
    measure(&d, values->inputs, inputs, gradient);
    wrong += layer_result_near(&result, "input.grad", gradient, tolerance, name);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        char grad[128];
        if (tensor->trained) {
            snprintf(grad, sizeof grad, "%s.grad", tensor->name);
            measure(&d, values->parameters + tensor->offset, tensor->count, gradient);
            wrong += layer_result_near(&result, grad, gradient, tolerance, name);
        }
    }
    layer_result_finish(&result);
    backend_close(d.backend);
    free(gradient);
    ck_assert_msg(wrong == 0, "%s: %u tensors differ, listed above", name, wrong);
}

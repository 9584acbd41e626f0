/* layers_case.c: the made-up values of one case of stage_layers.c, and the results of the
 * reference. */
#include "verify/layers_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/inspect.h"
#include "base/sha256.h"
#include "base/try.h"
#include "verify/made_values.h"
#include "verify/reference.h"

void layers_case_finish(struct layers_case *layers) {
    backend_close(layers->expected);
    network_destroy(layers->network);
    free(layers->inputs);
    free(layers->doutputs);
    free(layers->parameters);
    free(layers->buffers);
    free(layers->out);
}

enum weft_status layers_case_propagate(const struct layers_case *layers, struct backend *backend,
                                       struct weft_error *error) {
    const struct propagation probe = {.statistics = layers->statistics,
                                      .count = layers->count,
                                      .inputs = layers->inputs,
                                      .doutputs = layers->doutputs};
    TRY(backend_write(backend, ARRAY_PARAMETERS, layers->parameters, error));
    TRY(backend_write(backend, ARRAY_BUFFERS, layers->buffers, error));
    return backend_propagate(backend, &probe, error);
}

/* Makes the first output of a linear layer the first input alone, scaled to near the threshold to
 * 0. */
static void make_faint(struct layers_case *layers, const struct network_layer *layer) {
    const struct network_tensor *weight = &layers->network->tensors[layer->first_tensor];
    size_t inputs = weight->count / weight->shape[0];
    memset(layers->parameters + weight->offset, 0, inputs * sizeof *layers->parameters);
    layers->parameters[weight->offset] = 0x1p-36f;
}

/* Makes the last channel of a layer with one weight a channel near the threshold to 0. */
static void make_faint_channel(struct layers_case *layers, const struct network_layer *layer) {
    const struct network_tensor *weight = &layers->network->tensors[layer->first_tensor];
    layers->parameters[weight->offset + weight->count - 1] = 0x1p-33f;
    if (layer->tensors > 1 && weight[1].trained) {
        layers->parameters[weight[1].offset + weight[1].count - 1] = 0.0f;
    }
}

/* Makes the values of image ${image} ${factor} times as large, so that the slopes of activations
 * fade to 0, and their gradients so large that what fades is seen. Where the output joins those of
 * several layers, an input has the gradient of one of them, which no other one hides. */
static void make_large(struct layers_case *layers, size_t image, float factor) {
    const size_t inputs = shape_size(layers->network->input);
    const size_t outputs = shape_size(network_output(layers->network));
    const size_t joined = outputs > inputs ? outputs / inputs : 1;
    for (size_t i = 0; i < inputs; i++) {
        layers->inputs[image * inputs + i] *= factor;
    }
    for (size_t i = 0; i < outputs; i++) {
        const bool only = joined == 1 || i % inputs % joined == i / inputs;
        layers->doutputs[image * outputs + i] *= only ? 64.0f : 0.0f;
    }
}

/* Makes values that random ones rarely give. The first image gives the first channel of a
 * convolution sums of exactly 0, so that the input of a relu is 0 and all values of a pool's window
 * are equal. The last image but one, and its gradient, give sums below the threshold to 0. The
 * gradients of the image before it are near the threshold in all layers. With one or two images
 * only gradients are near the threshold. */
static void make_edges(struct layers_case *layers) {
    const struct weft_network *network = layers->network;
    size_t inputs = shape_size(network->input);
    size_t outputs = shape_size(network_output(network)), last = layers->count - 2;
    for (size_t i = 0; i < layers->count * outputs && layers->count <= 2; i++) {
        layers->doutputs[i] *= 0x1p-33f;
    }
    if (layers->count <= 2) {
        return;
    }
    memset(layers->inputs, 0, inputs * sizeof *layers->inputs);
    for (size_t i = 0; i < inputs; i++) {
        layers->inputs[last * inputs + i] = i % 128 == 0  ? 0x1p-36f
                                            : i % 64 == 0 ? -0x1p-35f
                                                          : 0.0f;
    }
    for (size_t i = 0; i < outputs; i++) {
        layers->doutputs[last * outputs + i] = i == 0 ? 0x1p-36f : 0.0f;
        layers->doutputs[(last - 1) * outputs + i] *= 0x1p-33f;
    }
    if (network->parameter_count == 0 && layers->count > 4) {
        make_large(layers, 1, 16.0f);
        make_large(layers, 2, 4.0f);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        const struct network_tensor *weight = &network->tensors[layer->first_tensor];
        if (layer_flop(layer) > 0) {
            if (layer->tensors > 1) {
                layers->parameters[weight[1].offset] = 0.0f; /* the bias */
            }
            if (weight->rank == 2) {
                make_faint(layers, layer);
            }
        } else if (layer->tensors > 0 && weight->trained) {
            make_faint_channel(layers, layer);
        }
    }
}

void layers_case_negate(struct layers_case *layers) {
    size_t inputs = layers->count * shape_size(layers->network->input);
    size_t outputs = layers->count * shape_size(network_output(layers->network));
    for (size_t i = 0; i < inputs; i++) {
        layers->inputs[i] = -layers->inputs[i];
    }
    for (size_t i = 0; i < outputs; i++) {
        layers->doutputs[i] = -layers->doutputs[i];
    }
    layers->negated = !layers->negated;
}

enum weft_status layers_case_hash(const struct layers_case *layers, struct backend *backend,
                                  char digest[65], struct weft_error *error) {
    const struct weft_network *network = layers->network;
    size_t inputs = layers->count * shape_size(network->input);
    size_t outputs = layers->count * shape_size(network_output(network));
    char name[LAYER_NAME_MAX + 16];
    float *to = layers->out;
    snprintf(name, sizeof name, "%s.output", network->layers[network->layer_count - 1].name);
    TRY(backend_read(backend, ARRAY_GRADIENTS, to, error));
    to += network->parameter_count;
    TRY(backend_read(backend, ARRAY_BUFFERS, to, error));
    to += network->buffer_count;
    TRY(backend_tensor(backend, name, to, outputs, error));
    TRY(backend_tensor(backend, "input.grad", to + outputs, inputs, error));
    sha256_hex(layers->out, layers->out_size * sizeof *layers->out, digest);
    return WEFT_OK;
}

/* Allocates and fills all values. */
static enum weft_status make_values(struct layers_case *layers, uint64_t seed, uint64_t subject,
                                    struct weft_error *error) {
    const struct weft_network *network = layers->network;
    size_t inputs = layers->count * shape_size(network->input);
    size_t outputs = layers->count * shape_size(network_output(network));
    layers->out_size = inputs + outputs + network->parameter_count + network->buffer_count;
    layers->inputs = calloc(inputs, sizeof(float));
    layers->doutputs = calloc(outputs, sizeof(float));
    layers->parameters = calloc(network->parameter_count + 1, sizeof(float));
    layers->buffers = calloc(network->buffer_count + 1, sizeof(float));
    layers->out = calloc(layers->out_size, sizeof(float));
    if (layers->inputs == NULL || layers->doutputs == NULL || layers->parameters == NULL ||
        layers->buffers == NULL || layers->out == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
    }
    verify_fill(seed, subject, 2.0f, layers->inputs, inputs);
    verify_fill(seed, subject + 1, 1.0f, layers->doutputs, outputs);
    verify_fill(seed, subject + 2, 0.5f, layers->parameters, network->parameter_count);
    verify_fill_statistics(seed, subject + 3, layers->buffers, network->buffer_count);
    make_edges(layers);
    return WEFT_OK;
}

enum weft_status layers_case_init(const struct verify *verify, const char *list, uint64_t subject,
                                  struct layers_case *layers, struct weft_error *error) {
    const struct verify_setup reference = verify_reference_setup(verify, layers->count);
    TRY(list != NULL ? network_create(list, &layers->network, error)
                     : network_create_published(&layers->network, error));
    TRY(make_values(layers, verify->options->seed, subject, error));
    TRY(verify_open(layers->network, &reference, &layers->expected, error));
    layers_case_negate(layers);
    TRY(layers_case_propagate(layers, layers->expected, error));
    TRY(layers_case_hash(layers, layers->expected, layers->negated_digest, error));
    layers_case_negate(layers);
    return layers_case_propagate(layers, layers->expected, error);
}

/* layers_case.c: the made-up values of one case of layers.c, and what the reference makes of them. */
#include "verify/layers_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

void verify_case_finish(struct layers_case *job) {
    weft_backend_close(job->expected);
    weft_network_destroy(job->network);
    free(job->inputs);
    free(job->doutputs);
    free(job->parameters);
    free(job->buffers);
    free(job->out);
}

enum weft_status verify_case_propagate(const struct layers_case *job, struct weft_backend *backend,
                                       struct weft_error *error) {
    struct weft_probe probe = {job->statistics, job->count, job->inputs, job->doutputs};
    enum weft_status status =
        weft_backend_write(backend, WEFT_ARRAY_PARAMETERS, job->parameters, error);
    if (status == WEFT_OK) {
        status = weft_backend_write(backend, WEFT_ARRAY_BUFFERS, job->buffers, error);
    }
    return status == WEFT_OK ? weft_backend_propagate(backend, &probe, error) : status;
}

/* The first output of a linear layer: the first input alone, weakened so that it comes near the threshold to 0. */
static void make_faint(struct layers_case *job, const struct weft_layer *layer) {
    const struct weft_tensor *weight = &job->network->tensors[layer->first_tensor];
    size_t inputs = weight->count / weight[1].count;
    memset(job->parameters + weight->offset, 0, inputs * sizeof *job->parameters);
    job->parameters[weight->offset] = 0x1p-36f;
    job->parameters[weight[1].offset] = 0.0f;
}

/* What made-up values hardly ever meet: the first image gives a convolution's first channel sums of exactly 0 (so that relus stand at 0, and
 * all values of a pool's window are equal), and the last image but one, and its gradient, sums below the threshold to 0. One or two
 * images have gradients near it alone. */
static void make_hard(struct layers_case *job) {
    const struct weft_network *network = job->network;
    size_t inputs = weft_shape_size(network->input);
    size_t outputs = weft_shape_size(weft_network_output(network)), last = job->count - 2;
    for (size_t i = 0; i < job->count * outputs && job->count <= 2; i++) {
        job->doutputs[i] *= 0x1p-33f;
    }
    if (job->count <= 2) {
        return;
    }
    memset(job->inputs, 0, inputs * sizeof *job->inputs);
    for (size_t i = 0; i < inputs; i++) {
        job->inputs[last * inputs + i] = i % 64 == 0 ? 0x1p-36f : 0.0f;
    }
    for (size_t i = 0; i < outputs; i++) {
        job->doutputs[last * outputs + i] = i == 0 ? 0x1p-36f : 0.0f;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        if (layer->kind == WEFT_KIND_CONV2D) { /* its bias */
            job->parameters[network->tensors[layer->first_tensor + 1].offset] = 0.0f;
        } else if (layer->kind == WEFT_KIND_LINEAR) {
            make_faint(job, layer);
        }
    }
}

void verify_case_negate(struct layers_case *job) {
    size_t inputs = job->count * weft_shape_size(job->network->input);
    size_t outputs = job->count * weft_shape_size(weft_network_output(job->network));
    for (size_t i = 0; i < inputs; i++) {
        job->inputs[i] = -job->inputs[i];
    }
    for (size_t i = 0; i < outputs; i++) {
        job->doutputs[i] = -job->doutputs[i];
    }
    job->negated = !job->negated;
}

enum weft_status verify_case_hash(const struct layers_case *job, struct weft_backend *backend,
                                  char digest[65], struct weft_error *error) {
    size_t inputs = job->count * weft_shape_size(job->network->input);
    size_t outputs = job->count * weft_shape_size(weft_network_output(job->network));
    char name[WEFT_NAME_MAX + 16];
    float *to = job->out;
    enum weft_status status = weft_backend_read(backend, WEFT_ARRAY_GRADIENTS, to, error);
    to += job->network->parameter_count;
    if (status == WEFT_OK) {
        status = weft_backend_read(backend, WEFT_ARRAY_BUFFERS, to, error);
    }
    to += job->network->buffer_count;
    if (status == WEFT_OK) {
        snprintf(name, sizeof name, "%s.output",
                 job->network->layers[job->network->layer_count - 1].name);
        status = weft_backend_tensor(backend, name, to, outputs, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_tensor(backend, "input.grad", to + outputs, inputs, error);
    }
    sha256_hex(job->out, job->out_size * sizeof *job->out, digest);
    return status;
}

enum weft_status verify_case_init(const struct verify *verify, const char *list, uint64_t subject,
                                  struct layers_case *job, struct weft_error *error) {
    uint64_t seed = verify->options->seed;
    size_t inputs, outputs;
    enum weft_status status = list != NULL ? weft_network_create(list, &job->network, error)
                                           : weft_network_create_published(&job->network, error);
    if (status != WEFT_OK) {
        return status;
    }
    inputs = job->count * weft_shape_size(job->network->input);
    outputs = job->count * weft_shape_size(weft_network_output(job->network));
    job->out_size = inputs + outputs + job->network->parameter_count + job->network->buffer_count;
    job->inputs = calloc(inputs, sizeof(float));
    job->doutputs = calloc(outputs, sizeof(float));
    job->parameters = calloc(job->network->parameter_count + 1, sizeof(float));
    job->buffers = calloc(job->network->buffer_count + 1, sizeof(float));
    job->out = calloc(job->out_size, sizeof(float));
    if (job->inputs == NULL || job->doutputs == NULL || job->parameters == NULL ||
        job->buffers == NULL || job->out == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
    }
    verify_fill(seed, subject, 2.0f, job->inputs, inputs);
    verify_fill(seed, subject + 1, 1.0f, job->doutputs, outputs);
    verify_fill(seed, subject + 2, 0.5f, job->parameters, job->network->parameter_count);
    verify_fill_statistics(seed, subject + 3, job->buffers, job->network->buffer_count);
    make_hard(job);
    status = verify_open_reference(verify, job->network, job->count, &job->expected, error);
    if (status == WEFT_OK) {
        verify_case_negate(job);
        status = verify_case_propagate(job, job->expected, error);
    }
    if (status == WEFT_OK) {
        status = verify_case_hash(job, job->expected, job->negated_digest, error);
    }
    verify_case_negate(job);
    return status == WEFT_OK ? verify_case_propagate(job, job->expected, error) : status;
}

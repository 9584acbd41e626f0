/* model_create.c: a network with its values: memory, copies and checks. */
#include "data/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "data/model_file.h"
#include "numerics.h"

/* Allocates the arrays of ${model} for its network. */
static enum weft_status allocate(struct weft_model *model, struct weft_error *error) {
    const struct weft_network *network = model->network;
    /* One more than needed: a network may have no parameters, and calloc(0) may return NULL. */
    model->parameters = calloc(network->parameter_count + 1, sizeof *model->parameters);
    model->buffers = calloc(network->buffer_count + 1, sizeof *model->buffers);
    model->batches = calloc(network->layer_count, sizeof *model->batches);
    if (model->parameters == NULL || model->buffers == NULL || model->batches == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a model of %zu parameters",
                         network->parameter_count);
    }
    return WEFT_OK;
}

enum weft_status model_create(struct weft_network *network, struct weft_model **model,
                              struct weft_error *error) {
    struct weft_model *created = calloc(1, sizeof *created);
    enum weft_status status;
    *model = NULL;
    if (created == NULL) {
        network_destroy(network);
        return error_set(error, WEFT_NO_MEMORY, "no memory for a model");
    }
    created->network = network;
    status = allocate(created, error);
    if (status != WEFT_OK) {
        model_destroy(created);
        return status;
    }
    model_fill(created, NULL);
    *model = created;
    return WEFT_OK;
}

/* Copies what ${from} has in addition to its network to ${to}. */
static enum weft_status copy_values(const struct weft_model *from, struct weft_model *to,
                                    struct weft_error *error) {
    const struct weft_network *network = from->network;
    memcpy(to->parameters, from->parameters, network->parameter_count * sizeof *to->parameters);
    memcpy(to->buffers, from->buffers, network->buffer_count * sizeof *to->buffers);
    memcpy(to->batches, from->batches, network->layer_count * sizeof *to->batches);
    memcpy(to->data, from->data, sizeof to->data);
    to->pixels = from->pixels;
    memcpy(to->sha256, from->sha256, sizeof to->sha256);
    memcpy(to->notice, from->notice, sizeof to->notice);
    to->published_assumed = from->published_assumed;
    to->undigested = from->undigested;
    to->options = from->options != NULL ? text_copy(from->options) : NULL;
    to->path = from->path != NULL ? text_copy(from->path) : NULL;
    if ((from->options != NULL && to->options == NULL) ||
        (from->path != NULL && to->path == NULL)) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a copy of a model");
    }
    return from->classes == NULL ? WEFT_OK
                                 : model_set_classes(to, (const char *const *)from->classes,
                                                     model_class_count(from), error);
}

enum weft_status model_copy(const struct weft_model *model, struct weft_model **copy,
                            struct weft_error *error) {
    struct weft_network *network;
    enum weft_status status;
    *copy = NULL;
    TRY(network_copy(model->network, &network, error));
    TRY(model_create(network, copy, error));
    status = copy_values(model, *copy, error);
    if (status != WEFT_OK) {
        model_destroy(*copy);
        *copy = NULL;
    }
    return status;
}

void model_destroy(struct weft_model *model) {
    if (model != NULL) {
        network_destroy(model->network);
        free(model->parameters);
        free(model->buffers);
        free(model->batches);
        free(model->options);
        free(model->classes);
        free(model->path);
        free(model);
    }
}

size_t model_class_count(const struct weft_model *model) {
    size_t count = 0;
    while (model->classes != NULL && model->classes[count] != NULL) {
        count++;
    }
    return count;
}

enum weft_status model_set_classes(struct weft_model *model, const char *const *names, size_t count,
                                   struct weft_error *error) {
    char **classes = text_copy_list(names, count);
    if (classes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of the classes");
    }
    free(model->classes);
    model->classes = classes;
    return WEFT_OK;
}

bool values_are_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

float *model_values(const struct weft_model *model, const struct network_tensor *tensor) {
    return (tensor->trained ? model->parameters : model->buffers) + tensor->offset;
}

/* Returns what is wrong with ${value}, or NULL. Looks at its bits: a denormal below 0 is wrong even
 * if the processor takes denormals for 0. */
static const char *find_fault(float value, bool squares) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return "is NaN";
    }
    if ((bits & 0x7fffffffu) == 0x7f800000u) {
        return "is infinite";
    }
    return squares && bits > 0x80000000u ? "is below 0" : NULL;
}

enum weft_status values_check(const char *name, const float *values, size_t count, bool squares,
                              enum weft_status status, struct weft_error *error) {
    squares = squares || strstr(name, ".running_var") != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *fault = find_fault(values[i], squares);
        if (fault != NULL) {
            return error_set(error, status, "tensor %s: element %zu of %zu %s", name, i, count,
                             fault);
        }
    }
    return WEFT_OK;
}

void values_clean(const float *values, size_t count, float *to) {
    for (size_t i = 0; i < count; i++) {
        to[i] = weft_clean(values[i]);
    }
}

enum weft_status model_set(struct weft_model *model, const struct network_tensor *tensor,
                           const float *values, struct weft_error *error) {
    TRY(values_check(tensor->name, values, tensor->count, false, WEFT_USAGE, error));
    values_clean(values, tensor->count, model_values(model, tensor));
    return WEFT_OK;
}

enum weft_status model_check(const struct weft_model *model, enum weft_status status,
                             struct weft_error *error) {
    const struct weft_network *network = model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        TRY(values_check(tensor->name, model_values(model, tensor), tensor->count, false, status,
                         error));
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        if (model->batches[i] < 0) {
            return error_set(error, status, "tensor %s.num_batches_tracked: it is %lld, below 0",
                             network->layers[i].name, (long long)model->batches[i]);
        }
    }
    return WEFT_OK;
}

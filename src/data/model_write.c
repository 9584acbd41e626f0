/* model_write.c: a network with its values: memory, checks, and writing the model file. */
#include "data/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "data/safetensors.h"
#include "network/layer.h"

/* Allocates the arrays of ${model} for its network. */
static enum weft_status allocate(struct weft_model *model, struct weft_error *error) {
    const struct weft_network *network = model->network;
    /* One more than needed: a network may have no parameters, and calloc(0) may return NULL. */
    model->parameters = calloc(network->parameter_count + 1, sizeof *model->parameters);
    model->buffers = calloc(network->buffer_count + 1, sizeof *model->buffers);
    model->batches = calloc(network->layer_count, sizeof *model->batches);
    if (model->parameters == NULL || model->buffers == NULL || model->batches == NULL) {
        return error_set(error, WEFT_FAILED, "no memory for a model of %zu parameters",
                         network->parameter_count);
    }
    return WEFT_OK;
}

enum weft_status model_create(struct weft_network *network, struct weft_model **model,
                              struct weft_error *error) {
    struct weft_model *created = calloc(1, sizeof *created);
    *model = NULL;
    if (created == NULL) {
        network_destroy(network);
        return error_set(error, WEFT_FAILED, "no memory for a model");
    }
    created->network = network;
    if (allocate(created, error) != WEFT_OK) {
        model_destroy(created);
        return WEFT_FAILED;
    }
    model_fill(created, NULL);
    *model = created;
    return WEFT_OK;
}

void model_destroy(struct weft_model *model) {
    if (model != NULL) {
        network_destroy(model->network);
        free(model->parameters);
        free(model->buffers);
        free(model->batches);
        free(model->options);
        free(model->classes);
        free(model);
    }
}

enum weft_status model_set_classes(struct weft_model *model, const char *const *names, size_t count,
                                   struct weft_error *error) {
    char **classes = text_copy_list(names, count);
    if (classes == NULL) {
        return error_set(error, WEFT_FAILED, "no memory for the names of the classes");
    }
    free(model->classes);
    model->classes = classes;
    return WEFT_OK;
}

float *model_values(const struct weft_model *model, const struct network_tensor *tensor) {
    return (tensor->trained ? model->parameters : model->buffers) + tensor->offset;
}

/* Returns what is wrong with ${value}, or NULL. Looks at its bits: a denormal variance below 0 is
 * wrong even if the processor takes denormals for 0. */
static const char *find_fault(float value, bool is_variance) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return "is NaN";
    }
    if ((bits & 0x7fffffffu) == 0x7f800000u) {
        return "is infinite";
    }
    return is_variance && bits > 0x80000000u ? "is a variance below 0" : NULL;
}

enum weft_status model_check(const struct weft_model *model, enum weft_status status,
                             struct weft_error *error) {
    const struct weft_network *network = model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        const float *values = model_values(model, tensor);
        bool is_variance = strstr(tensor->name, ".running_var") != NULL;
        for (size_t j = 0; j < tensor->count; j++) {
            const char *fault = find_fault(values[j], is_variance);
            if (fault != NULL) {
                return error_set(error, status, "tensor %s: element %zu of %zu %s", tensor->name, j,
                                 tensor->count, fault);
            }
        }
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        if (model->batches[i] < 0) {
            return error_set(error, status, "tensor %s.num_batches_tracked: it is %lld, below 0",
                             network->layers[i].name, (long long)model->batches[i]);
        }
    }
    return WEFT_OK;
}

bool model_counter(const struct network_layer *layer, char name[LAYER_NAME_MAX + 32]) {
    if (layer_kinds[layer->kind]->counts_batches) {
        snprintf(name, LAYER_NAME_MAX + 32, "%s.num_batches_tracked", layer->name);
        return true;
    }
    return false;
}

static struct safetensors_source source_of(const struct network_tensor *tensor,
                                           const float *values) {
    struct safetensors_source source = {
        .name = tensor->name, .rank = tensor->rank, .floats = values};
    memcpy(source.shape, tensor->shape, sizeof tensor->shape);
    return source;
}

/* Stores the tensors of ${model} in ${sources} in the order of the file, and returns their number.
 * ${names} has room for a name for each layer. */
static size_t list_sources(const struct weft_model *model, struct safetensors_source *sources,
                           char (*names)[LAYER_NAME_MAX + 32]) {
    const struct weft_network *network = model->network;
    size_t count = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        for (size_t j = 0; j < layer->tensors; j++) {
            const struct network_tensor *tensor = &network->tensors[layer->first_tensor + j];
            sources[count++] = source_of(tensor, model_values(model, tensor));
        }
        if (model_counter(layer, names[i])) {
            sources[count++] =
                (struct safetensors_source){.name = names[i], .integers = &model->batches[i]};
        }
    }
    return count;
}

/* Writes the file of a model that has been checked. */
static enum weft_status write_model(const struct weft_model *model, const char *path,
                                    char sha256[65], struct weft_error *error) {
    const struct weft_network *network = model->network;
    struct safetensors_source *sources =
        calloc(network->tensor_count + network->layer_count, sizeof *sources);
    char(*names)[LAYER_NAME_MAX + 32] = calloc(network->layer_count, sizeof *names);
    struct safetensors_text texts[1 + MODEL_METADATA_TEXTS] = {{"format", "pt"}};
    struct model_metadata metadata = {0};
    enum weft_status status;
    if (sources == NULL || names == NULL) {
        status = error_set(error, WEFT_FAILED, "no memory to write %s", path);
        goto done;
    }
    TRY_OR(done, model_metadata_make(model, &metadata, error));
    memcpy(texts + 1, metadata.texts, metadata.count * sizeof texts[0]);
    status = safetensors_replace(path, texts, 1 + metadata.count, sources,
                                 list_sources(model, sources, names), sha256, error);
done:
    model_metadata_finish(&metadata);
    free(sources);
    free(names);
    return status;
}

/* Fails if model_load would refuse the file of ${model}. */
static enum weft_status check_before_writing(const struct weft_model *model,
                                             struct weft_error *error) {
    TRY(model_check(model, WEFT_FAILED, error));
    return model->options == NULL ? WEFT_OK
                                  : model_check_options(model->options, WEFT_USAGE, error);
}

enum weft_status model_save(const struct weft_model *model, const char *path, char sha256[65],
                            struct weft_error *error) {
    enum weft_status status = check_before_writing(model, error);
    if (status != WEFT_OK) {
        error_context(error, "cannot write %s", path);
        return status;
    }
    return write_model(model, path, sha256, error);
}

enum weft_status parameters_save(const struct weft_network *network, const float *values,
                                 const char *path, struct weft_error *error) {
    const struct safetensors_text text = {"format", "pt"};
    struct safetensors_source *sources = calloc(network->tensor_count + 1, sizeof *sources);
    size_t count = 0;
    enum weft_status status;
    if (sources == NULL) {
        return error_set(error, WEFT_FAILED, "no memory to write %s", path);
    }
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        if (tensor->trained) {
            sources[count++] = source_of(tensor, values + tensor->offset);
        }
    }
    status = safetensors_write(path, &text, 1, sources, count, NULL, error);
    free(sources);
    return status;
}

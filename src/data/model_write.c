/* model_write.c: writes a model file. */
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

/* The content of a model file. */
struct content {
    struct safetensors_text texts[1 + MODEL_METADATA_TEXTS];
    struct safetensors_source *sources;
    size_t count; /* of sources */
    char (*names)[LAYER_NAME_MAX + 32];
    struct model_metadata metadata;
};

/* Makes the content of the file of ${model}. The caller frees it with finish_content, also after a
 * failure. Fails if model_load would refuse the file. */
static enum weft_status make_content(const struct weft_model *model, struct content *content,
                                     struct weft_error *error) {
    const struct weft_network *network = model->network;
    *content = (struct content){.texts = {{"format", "pt"}}};
    TRY(model_check(model, WEFT_DIVERGED, error));
    if (model->options != NULL) {
        TRY(model_check_options(model->options, WEFT_USAGE, error));
    }
    content->sources =
        calloc(network->tensor_count + network->layer_count, sizeof *content->sources);
    content->names = calloc(network->layer_count, sizeof *content->names);
    if (content->sources == NULL || content->names == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the tensors");
    }
    TRY(model_metadata_make(model, &content->metadata, error));
    memcpy(content->texts + 1, content->metadata.texts,
           content->metadata.count * sizeof content->texts[0]);
    content->count = list_sources(model, content->sources, content->names);
    return WEFT_OK;
}

static void finish_content(struct content *content) {
    model_metadata_finish(&content->metadata);
    free(content->sources);
    free(content->names);
}

enum weft_status model_save(const struct weft_model *model, const char *path, char sha256[65],
                            struct weft_error *error) {
    struct content content;
    enum weft_status status = make_content(model, &content, error);
    if (status != WEFT_OK) {
        error_context(error, "cannot write %s", path);
        goto done;
    }
    status = safetensors_replace(path, content.texts, 1 + content.metadata.count, content.sources,
                                 content.count, sha256, error);
done:
    finish_content(&content);
    return status;
}

enum weft_status model_save_memory(const struct weft_model *model, unsigned char **bytes,
                                   size_t *size, struct weft_error *error) {
    struct content content;
    enum weft_status status;
    *bytes = NULL;
    TRY_OR(done, make_content(model, &content, error));
    status = safetensors_write_memory(content.texts, 1 + content.metadata.count, content.sources,
                                      content.count, bytes, size, error);
done:
    finish_content(&content);
    return status;
}

/* model_read.c: finds and reads a model file; each tensor is checked before memory is allocated for
 * it. */
#include "weft/model.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "data/safetensors.h"
#include "numerics.h"
#include "os/files.h"

enum weft_status weft_model_path(const char *path, char file[4096], struct weft_error *error) {
    size_t length = strlen(path);
    bool ends = length > 0 && os_is_separator(path[length - 1]);
    const char *name = !os_is_folder(path) ? "" : ends ? "model.safetensors" : "/model.safetensors";
    int written = snprintf(file, 4096, "%s%s", path, name);
    if (written < 0 || written >= 4096) {
        return weft_fail(error, WEFT_USAGE, "model: the path is longer than 4095 bytes");
    }
    return WEFT_OK;
}

/* Makes the network that ${file} names, or the published one. */
static enum weft_status read_network(const struct safetensors *file, struct weft_network **network,
                                     struct weft_error *error) {
    const char *list = safetensors_metadata(file, "weft.network");
    enum weft_status status = list == NULL ? weft_network_create_published(network, error)
                                           : weft_network_create(list, network, error);
    if (status != WEFT_OK && list != NULL) {
        weft_error_context(error, "__metadata__ weft.network");
    }
    return status;
}

/* The contract may be another one, since the values mean the same, but it must be a number. */
static enum weft_status check_contract(const struct safetensors *file, struct weft_error *error) {
    const char *contract = safetensors_metadata(file, "weft.contract");
    char shown[80];
    if (contract != NULL && (contract[0] == '\0' || strlen(contract) > 9 ||
                             strspn(contract, "0123456789") != strlen(contract))) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "__metadata__ weft.contract: \"%s\" is not a decimal number",
                         text_printable(contract, shown));
    }
    return WEFT_OK;
}

/* Returns whether ${name} is a num_batches_tracked of ${network}. */
static bool is_counter(const struct weft_network *network, const char *name) {
    char counter[WEFT_NAME_MAX + 32];
    for (size_t i = 0; i < network->layer_count; i++) {
        if (model_counter(&network->layers[i], counter) && strcmp(counter, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Fails if ${file} has a tensor that is not in ${network}. */
static enum weft_status check_names(const struct safetensors *file,
                                    const struct weft_network *network, struct weft_error *error) {
    char shown[80];
    for (size_t i = 0; i < file->count; i++) {
        const char *name = file->entries[i].name;
        if (weft_network_find(network, name) == NULL && !is_counter(network, name)) {
            return weft_fail(error, WEFT_BAD_FILE, "tensor %s: the network has no such tensor",
                             text_printable(name, shown));
        }
    }
    return WEFT_OK;
}

/* Fails unless ${entry} exists (is not NULL) and is ${dtype} of ${shape}. */
static enum weft_status check_entry(const struct safetensors_entry *entry, const char *name,
                                    const char *dtype, const size_t *shape, size_t rank,
                                    struct weft_error *error) {
    char found[200], expected[200];
    if (entry == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor %s: it is missing", name);
    }
    if (strcmp(entry->dtype, dtype) != 0) {
        weft_fail(error, WEFT_BAD_FILE, "tensor %s: its dtype is %s, but %s was expected", name,
                  entry->dtype, dtype);
        if (strcmp(entry->dtype, "F16") == 0 || strcmp(entry->dtype, "BF16") == 0 ||
            strcmp(entry->dtype, "F64") == 0) {
            weft_error_hint(error, "save it as float32");
        }
        return WEFT_BAD_FILE;
    }
    if (entry->rank != rank || memcmp(entry->shape, shape, rank * sizeof *shape) != 0) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "tensor %s: its shape is %s, but the network's is %s", name,
                         safetensors_shape(entry->shape, entry->rank, found),
                         safetensors_shape(shape, rank, expected));
    }
    return WEFT_OK;
}

/* Fails unless ${file} has exactly the tensors of ${network}; a num_batches_tracked may be missing.
 */
static enum weft_status check_tensors(const struct safetensors *file,
                                      const struct weft_network *network,
                                      struct weft_error *error) {
    TRY(check_names(file, network, error));
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct weft_tensor *tensor = &network->tensors[i];
        TRY(check_entry(safetensors_find(file, tensor->name), tensor->name, "F32", tensor->shape,
                        tensor->rank, error));
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char name[WEFT_NAME_MAX + 32];
        const struct safetensors_entry *entry =
            model_counter(&network->layers[i], name) ? safetensors_find(file, name) : NULL;
        if (entry != NULL) {
            TRY(check_entry(entry, name, "I64", (size_t[1]){0}, 0, error));
        }
    }
    return WEFT_OK;
}

/* Copies all tensors of ${file}, which have been checked, into ${model}. */
static void copy_values(const struct safetensors *file, struct weft_model *model) {
    const struct weft_network *network = model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct weft_tensor *tensor = &network->tensors[i];
        const struct safetensors_entry *entry = safetensors_find(file, tensor->name);
        float *values = model_values(model, tensor);
        for (size_t j = 0; j < tensor->count; j++) {
            values[j] = safetensors_float(entry, j);
        }
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char name[WEFT_NAME_MAX + 32];
        const struct safetensors_entry *entry =
            model_counter(&network->layers[i], name) ? safetensors_find(file, name) : NULL;
        model->batches[i] = entry != NULL ? safetensors_integer(entry, 0) : 0;
    }
}

/* Values near the denormals become +0, as in all computations. */
static void clean_values(struct weft_model *model) {
    for (size_t i = 0; i < model->network->parameter_count; i++) {
        model->parameters[i] = weft_clean(model->parameters[i]);
    }
    for (size_t i = 0; i < model->network->buffer_count; i++) {
        model->buffers[i] = weft_clean(model->buffers[i]);
    }
}

/* Makes the network of ${file}, and checks that ${file} has exactly its tensors. ${assumed}: the
 * file names no network. */
static enum weft_status read_checked_network(const struct safetensors *file, bool assumed,
                                             struct weft_network **network,
                                             struct weft_error *error) {
    enum weft_status status;
    TRY(read_network(file, network, error));
    TRY_OR(failed, check_contract(file, error));
    status = check_tensors(file, *network, error);
    if (status == WEFT_OK) {
        return WEFT_OK;
    }
    if (assumed) {
        weft_error_hint(error, "the file names no network in its __metadata__: the published one "
                               "was expected");
    }
failed:
    weft_network_destroy(*network);
    return status;
}

/* On failure the caller destroys ${model}. */
static enum weft_status read_model(const struct safetensors *file, struct weft_model **model,
                                   struct weft_error *error) {
    const bool assumed = safetensors_metadata(file, "weft.network") == NULL;
    struct weft_network *network;
    TRY(read_checked_network(file, assumed, &network, error));
    TRY(weft_model_create(network, model, error));
    (*model)->published_assumed = assumed;
    copy_values(file, *model);
    TRY(model_check(*model, WEFT_BAD_FILE, error));
    TRY(model_metadata_read(file, *model, error));
    clean_values(*model);
    return WEFT_OK;
}

enum weft_status weft_model_load(const char *path, struct weft_model **model,
                                 struct weft_error *error) {
    struct safetensors file;
    char name[4096];
    enum weft_status status;
    *model = NULL;
    TRY(weft_model_path(path, name, error));
    TRY(safetensors_read(name, &file, error));
    status = read_model(&file, model, error);
    if (status != WEFT_OK) {
        weft_error_context(error, "%s", name);
        weft_model_destroy(*model);
        *model = NULL;
    }
    safetensors_finish(&file);
    return status;
}

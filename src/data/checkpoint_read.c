/* checkpoint_read.c: reads the state of a training from an untrusted file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/try.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "data/safetensors.h"

/* Finds the tensor ${name} with ${count} elements. */
static enum weft_status find(const struct safetensors *file, const char *name, const char *dtype,
                             size_t count, const struct safetensors_entry **entry,
                             struct weft_error *error) {
    *entry = safetensors_find(file, name);
    if (*entry == NULL) {
        return error_set(error, WEFT_BAD_FILE, "tensor %s: it is missing", name);
    }
    if (strcmp((*entry)->dtype, dtype) != 0 || (*entry)->count != count) {
        return error_set(error, WEFT_BAD_FILE, "tensor %s: it is %zu x %s, not %zu x %s", name,
                         (*entry)->count, (*entry)->dtype, count, dtype);
    }
    return WEFT_OK;
}

/* Reads the flat arrays, whose sizes are those of the network. */
static enum weft_status read_floats(const struct safetensors *file,
                                    const struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    const struct safetensors_entry *entry;
    const size_t array_count = checkpoint_arrays(checkpoint, arrays);
    for (size_t a = 0; a < array_count; a++) {
        TRY(find(file, arrays[a].name, "F32", arrays[a].count, &entry, error));
        for (size_t i = 0; i < arrays[a].count; i++) {
            arrays[a].values[i] = safetensors_float(entry, i);
        }
        TRY(values_check(arrays[a].name, arrays[a].values, arrays[a].count, a == 3, WEFT_BAD_FILE,
                         error));
    }
    return WEFT_OK;
}

static enum weft_status read_integers(const struct safetensors *file,
                                      struct weft_checkpoint *checkpoint,
                                      struct weft_error *error) {
    const struct safetensors_entry *entry;
    size_t layers = checkpoint->model->network->layer_count;
    int64_t epochs, steps;
    TRY(find(file, "batches", "I64", layers, &entry, error));
    for (size_t i = 0; i < layers; i++) {
        checkpoint->model->batches[i] = safetensors_integer(entry, i);
    }
    TRY(find(file, "progress", "I64", 2, &entry, error));
    epochs = safetensors_integer(entry, 0);
    steps = safetensors_integer(entry, 1);
    if (epochs < 0 || epochs > TRAINING_EPOCHS_MAX || steps < epochs) {
        return error_set(error, WEFT_BAD_FILE, "tensor progress: %lld epochs of %lld steps",
                         (long long)epochs, (long long)steps);
    }
    checkpoint->epochs = (size_t)epochs;
    checkpoint->steps = (uint64_t)steps;
    return WEFT_OK;
}

/* Makes the network of ${file}, and checks that the flat arrays have its size: before memory is
 * allocated for them. */
static enum weft_status read_network(const struct safetensors *file, struct weft_network **network,
                                     struct weft_error *error) {
    const char *list = safetensors_metadata(file, "weft.network");
    const struct safetensors_entry *entry;
    enum weft_status status = network_create(list, network, error);
    if (status != WEFT_OK) {
        return error_context(error, "__metadata__ weft.network");
    }
    TRY_OR(failed, find(file, "parameters", "F32", (*network)->parameter_count, &entry, error));
    TRY_OR(failed, find(file, "buffers", "F32", (*network)->buffer_count, &entry, error));
    return WEFT_OK;
failed:
    network_destroy(*network);
    return status;
}

/* Makes the model, without values, and allocates the moments. */
static enum weft_status prepare(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                struct weft_error *error) {
    const char *contract = safetensors_metadata(file, "weft.contract");
    struct weft_network *network;
    bool averages = false;
    size_t count;
    if (safetensors_metadata(file, "weft.network") == NULL || contract == NULL ||
        safetensors_metadata(file, "weft.checkpoint") == NULL) {
        return error_set(error, WEFT_BAD_FILE, "it is not a checkpoint of weft");
    }
    if (file->undigested) {
        return error_set(error, WEFT_BAD_FILE,
                         "it has no digest: another version of weft wrote it");
    }
    if (strcmp(contract, MODEL_CONTRACT) != 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "it was begun under another contract of equal bits; this weft has %s",
                         MODEL_CONTRACT);
    }
    TRY(read_network(file, &network, error));
    TRY(model_create(network, &checkpoint->model, error));
    count = network->parameter_count;
    checkpoint->moments = calloc(count + 1, sizeof *checkpoint->moments);
    checkpoint->second_moments = calloc(count + 1, sizeof *checkpoint->second_moments);
    if (safetensors_find(file, "average") != NULL) {
        checkpoint->average.sum = calloc(count + 1, sizeof *checkpoint->average.sum);
        averages = true;
    }
    return checkpoint->moments != NULL && checkpoint->second_moments != NULL &&
                   (!averages || checkpoint->average.sum != NULL)
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "no memory for %zu parameters", count);
}

/* On failure the caller destroys ${checkpoint}. */
static enum weft_status read_all(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                 struct weft_error *error) {
    TRY(prepare(file, checkpoint, error));
    TRY(model_metadata_read(file, checkpoint->model, error));
    TRY(read_floats(file, checkpoint, error));
    TRY(read_integers(file, checkpoint, error));
    TRY(model_check(checkpoint->model, WEFT_BAD_FILE, error));
    return checkpoint_read_record(safetensors_metadata(file, "weft.checkpoint"), checkpoint, error);
}

enum weft_status checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                 struct weft_error *error) {
    struct safetensors file = {0};
    enum weft_status status;
    *checkpoint = NULL;
    TRY(safetensors_read(path, &file, error));
    *checkpoint = calloc(1, sizeof **checkpoint);
    status = *checkpoint != NULL ? read_all(&file, *checkpoint, error)
                                 : error_set(error, WEFT_NO_MEMORY, "no memory for a checkpoint");
    safetensors_finish(&file);
    if (status != WEFT_OK) {
        error_context(error, "%s", path);
        checkpoint_destroy(*checkpoint);
        *checkpoint = NULL;
    }
    return status;
}

void checkpoint_destroy(struct weft_checkpoint *checkpoint) {
    if (checkpoint != NULL) {
        model_destroy(checkpoint->model);
        free(checkpoint->moments);
        free(checkpoint->second_moments);
        free(checkpoint->average.sum);
        free(checkpoint->history);
        json_decref(checkpoint->texts);
        free(checkpoint);
    }
}

/* checkpoint_load.c: reads the state of a training, and believes nothing in the file. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/model_file.h"
#include "data/safetensors.h"
#include "numerics.h"

/* Finds the tensor ${name} with ${count} elements. */
static enum weft_status find(const struct safetensors *file, const char *name, const char *dtype,
                             size_t count, const struct safetensors_entry **entry,
                             struct weft_error *error) {
    *entry = safetensors_find(file, name);
    if (*entry == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor %s: it is missing", name);
    }
    if (strcmp((*entry)->dtype, dtype) != 0 || (*entry)->count != count) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor %s: it is %zu x %s, not %zu x %s", name,
                         (*entry)->count, (*entry)->dtype, count, dtype);
    }
    return WEFT_OK;
}

static enum weft_status read_floats(const struct safetensors *file,
                                    const struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    const struct safetensors_entry *entry;
    checkpoint_arrays(checkpoint, arrays);
    for (size_t a = 0; a < CHECKPOINT_ARRAYS; a++) {
        enum weft_status status = find(file, arrays[a].name, "F32", arrays[a].count, &entry, error);
        if (status != WEFT_OK) {
            return status;
        }
        for (size_t i = 0; i < arrays[a].count; i++) {
            uint32_t bits = weft_as_uint(safetensors_float(entry, i));
            bool negative = a == 3 && bits > 0x80000000u; /* a square is not below 0 */
            if ((bits & 0x7fffffffu) >= 0x7f800000u || negative) {
                return weft_fail(error, WEFT_BAD_FILE, "tensor %s: element %zu can not be",
                                 arrays[a].name, i);
            }
            arrays[a].values[i] = weft_as_float(bits);
        }
    }
    return WEFT_OK;
}

static enum weft_status read_integers(const struct safetensors *file,
                                      struct weft_checkpoint *checkpoint,
                                      struct weft_error *error) {
    const struct safetensors_entry *entry;
    size_t layers = checkpoint->model->network->layer_count;
    enum weft_status status = find(file, "batches", "I64", layers, &entry, error);
    for (size_t i = 0; status == WEFT_OK && i < layers; i++) {
        checkpoint->model->batches[i] = safetensors_integer(entry, i);
    }
    if (status == WEFT_OK) {
        status = find(file, "progress", "I64", 2, &entry, error);
    }
    if (status == WEFT_OK) {
        int64_t epochs = safetensors_integer(entry, 0);
        int64_t steps = safetensors_integer(entry, 1);
        if (epochs < 1 || epochs > 1000000 || steps < epochs) {
            return weft_fail(error, WEFT_BAD_FILE, "tensor progress: %lld epochs of %lld steps",
                             (long long)epochs, (long long)steps);
        }
        checkpoint->epochs = (size_t)epochs;
        checkpoint->steps = (uint64_t)steps;
    }
    return status;
}

/* The model without values, and memory for the moments. */
static enum weft_status prepare(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                struct weft_error *error) {
    const char *list = safetensors_metadata(file, "weft.network");
    const char *contract = safetensors_metadata(file, "weft.contract");
    char expected[16];
    struct weft_network *network = NULL;
    size_t count;
    enum weft_status status;
    snprintf(expected, sizeof expected, "%d", WEFT_CONTRACT);
    if (list == NULL || contract == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "it is no checkpoint of weft");
    }
    if (strcmp(contract, expected) != 0) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "it was begun under another contract of equal bits, this weft keeps %s",
                         expected);
    }
    status = weft_network_create(list, &network, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "__metadata__ weft.network");
    }
    /* Before memory is taken for it: the file must be as large as the network says. */
    count = network->parameter_count;
    for (size_t i = 0; status == WEFT_OK && i < 2; i++) {
        const struct safetensors_entry *entry;
        status = find(file, i == 0 ? "parameters" : "buffers", "F32",
                      i == 0 ? count : network->buffer_count, &entry, error);
    }
    if (status != WEFT_OK) {
        weft_network_destroy(network);
        return status;
    }
    status = weft_model_create(network, &checkpoint->model, error);
    if (status == WEFT_OK) {
        checkpoint->moments = calloc(count + 1, sizeof *checkpoint->moments);
        checkpoint->second_moments = calloc(count + 1, sizeof *checkpoint->second_moments);
        if (checkpoint->moments == NULL || checkpoint->second_moments == NULL) {
            status = weft_fail(error, WEFT_FAILED, "no memory for %zu parameters", count);
        }
    }
    return status;
}

static enum weft_status read_options(const struct safetensors *file, struct weft_model *model,
                                     struct weft_error *error) {
    const char *options = safetensors_metadata(file, "weft.options");
    enum weft_status status;
    if (options == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.options: it is missing");
    }
    status = model_check_options(options, WEFT_BAD_FILE, error);
    if (status == WEFT_OK && (model->options = malloc(strlen(options) + 1)) == NULL) {
        status = weft_fail(error, WEFT_FAILED, "no memory for the options");
    } else if (status == WEFT_OK) {
        strcpy(model->options, options);
    }
    return status;
}

static enum weft_status read_all(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                 struct weft_error *error) {
    const char *record = safetensors_metadata(file, "weft.checkpoint");
    enum weft_status status = prepare(file, checkpoint, error);
    if (status == WEFT_OK) {
        status = read_options(file, checkpoint->model, error);
    }
    if (status == WEFT_OK) {
        status = read_floats(file, checkpoint, error);
    }
    if (status == WEFT_OK) {
        status = read_integers(file, checkpoint, error);
    }
    if (status == WEFT_OK) {
        status = model_check(checkpoint->model, WEFT_BAD_FILE, error);
    }
    if (status == WEFT_OK && record == NULL) {
        status = weft_fail(error, WEFT_BAD_FILE, "it is no checkpoint of weft");
    }
    return status == WEFT_OK ? checkpoint_record_read(record, checkpoint, error) : status;
}

enum weft_status weft_checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                      struct weft_error *error) {
    struct safetensors file = {0};
    enum weft_status status = safetensors_read(path, &file, error);
    *checkpoint = NULL;
    if (status != WEFT_OK) {
        return status;
    }
    *checkpoint = calloc(1, sizeof **checkpoint);
    status = *checkpoint != NULL ? read_all(&file, *checkpoint, error)
                                 : weft_fail(error, WEFT_FAILED, "no memory for a checkpoint");
    safetensors_finish(&file);
    if (status != WEFT_OK) {
        weft_error_context(error, "%s", path);
        weft_checkpoint_destroy(*checkpoint);
        *checkpoint = NULL;
    }
    return status;
}

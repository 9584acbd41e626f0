/* checkpoint_read.c: reads the state of a training from an untrusted file. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/text.h"
#include "base/try.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
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

/* Reads the flat arrays, whose sizes are those of the network. */
static enum weft_status read_floats(const struct safetensors *file,
                                    const struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    const struct safetensors_entry *entry;
    checkpoint_arrays(checkpoint, arrays);
    for (size_t a = 0; a < CHECKPOINT_ARRAYS; a++) {
        TRY(find(file, arrays[a].name, "F32", arrays[a].count, &entry, error));
        for (size_t i = 0; i < arrays[a].count; i++) {
            uint32_t bits = weft_as_uint(safetensors_float(entry, i));
            bool negative = a == 3 && bits > 0x80000000u; /* a mean of squares is not below 0 */
            if ((bits & 0x7fffffffu) >= 0x7f800000u || negative) {
                return weft_fail(error, WEFT_BAD_FILE, "tensor %s: element %zu is invalid",
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
    int64_t epochs, steps;
    TRY(find(file, "batches", "I64", layers, &entry, error));
    for (size_t i = 0; i < layers; i++) {
        checkpoint->model->batches[i] = safetensors_integer(entry, i);
    }
    TRY(find(file, "progress", "I64", 2, &entry, error));
    epochs = safetensors_integer(entry, 0);
    steps = safetensors_integer(entry, 1);
    if (epochs < 1 || epochs > 1000000 || steps < epochs) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor progress: %lld epochs of %lld steps",
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
    enum weft_status status = weft_network_create(list, network, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "__metadata__ weft.network");
    }
    TRY_OR(failed, find(file, "parameters", "F32", (*network)->parameter_count, &entry, error));
    TRY_OR(failed, find(file, "buffers", "F32", (*network)->buffer_count, &entry, error));
    return WEFT_OK;
failed:
    weft_network_destroy(*network);
    return status;
}

/* Makes the model, without values, and allocates the moments. */
static enum weft_status prepare(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                struct weft_error *error) {
    const char *contract = safetensors_metadata(file, "weft.contract");
    struct weft_network *network;
    size_t count;
    if (safetensors_metadata(file, "weft.network") == NULL || contract == NULL ||
        safetensors_metadata(file, "weft.checkpoint") == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "it is not a checkpoint of weft");
    }
    if (strcmp(contract, MODEL_CONTRACT) != 0) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "it was begun under another contract of equal bits; this weft has %s",
                         MODEL_CONTRACT);
    }
    TRY(read_network(file, &network, error));
    TRY(weft_model_create(network, &checkpoint->model, error));
    count = network->parameter_count;
    checkpoint->moments = calloc(count + 1, sizeof *checkpoint->moments);
    checkpoint->second_moments = calloc(count + 1, sizeof *checkpoint->second_moments);
    return checkpoint->moments != NULL && checkpoint->second_moments != NULL
               ? WEFT_OK
               : weft_fail(error, WEFT_FAILED, "no memory for %zu parameters", count);
}

static enum weft_status bad(struct weft_error *error, const char *what) {
    return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.checkpoint: %s is missing or wrong",
                     what);
}

static const char *text_of(const json_t *json, const char *key) {
    return json_string_value(json_object_get(json, key));
}

static bool integer_of(const json_t *json, const char *key, uint64_t max, uint64_t *number) {
    return json_read_integer(json_object_get(json, key), max, number);
}

/* A number of 64 bits, which is a string in the file. */
static bool long_of(const json_t *json, const char *key, uint64_t *number) {
    const char *text = text_of(json, key);
    if (text == NULL || *text == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return errno == 0;
}

static bool double_of(const json_t *json, const char *key, double *value) {
    const json_t *item = json_object_get(json, key);
    *value = json_is_number(item) ? json_number_value(item) : NAN;
    return isfinite(*value);
}

static enum weft_status read_training(const json_t *json, struct weft_checkpoint *checkpoint,
                                      struct weft_error *error) {
    struct weft_training *training = &checkpoint->training;
    const char *order = text_of(json, "order"), *init = text_of(json, "init");
    const char *math = text_of(json, "math");
    uint64_t epochs, batch, checksum;
    double rate;
    if (!integer_of(json, "epochs", 1000000, &epochs) || epochs == 0 ||
        !integer_of(json, "batch", UINT32_MAX, &batch) || batch == 0 ||
        !long_of(json, "seed", &training->seed) || !long_of(json, "steps", &training->steps)) {
        return bad(error, "epochs, batch, seed or steps");
    }
    if (!double_of(json, "lr", &rate) || !(rate > 0 && rate < 1e30)) {
        return bad(error, "lr");
    }
    if (order == NULL || (strcmp(order, "file") != 0 && strcmp(order, "shuffled") != 0)) {
        return bad(error, "order");
    }
    if (math == NULL || (strcmp(math, "exact") != 0 && strcmp(math, "fast") != 0)) {
        return bad(error, "math");
    }
    if (init == NULL || strlen(init) >= sizeof checkpoint->init) {
        return bad(error, "init");
    }
    if (!integer_of(json, "images", UINT32_MAX, &checkpoint->images) || checkpoint->images == 0 ||
        !integer_of(json, "checksum", UINT32_MAX, &checksum)) {
        return bad(error, "images or checksum");
    }
    training->epochs = (size_t)epochs;
    training->batch = (size_t)batch;
    training->learning_rate = (float)rate;
    training->order = strcmp(order, "file") == 0 ? WEFT_ORDER_FILE : WEFT_ORDER_SHUFFLED;
    checkpoint->math = strcmp(math, "fast") == 0 ? WEFT_MATH_FAST : WEFT_MATH_EXACT;
    checkpoint->checksum = (uint32_t)checksum;
    strcpy(checkpoint->init, init);
    return WEFT_OK;
}

static enum weft_status read_history(const json_t *json, struct weft_checkpoint *checkpoint,
                                     struct weft_error *error) {
    const json_t *list = json_object_get(json, "history");
    uint64_t total = 0;
    if (json_array_size(list) != checkpoint->epochs) {
        return bad(error, "history");
    }
    checkpoint->history = calloc(checkpoint->epochs, sizeof *checkpoint->history);
    if (checkpoint->history == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the history");
    }
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        const json_t *item = json_array_get(list, i);
        struct weft_epoch *to = &checkpoint->history[i];
        uint64_t steps;
        if (!integer_of(item, "images", UINT32_MAX, &to->images) ||
            to->images != checkpoint->images ||
            !integer_of(item, "correct", to->images, &to->correct) ||
            !integer_of(item, "steps", UINT32_MAX, &steps) || steps == 0 ||
            !double_of(item, "total_loss", &to->total_loss) ||
            !double_of(item, "seconds", &to->seconds)) {
            return bad(error, "history");
        }
        to->epoch = i + 1;
        to->steps = (size_t)steps;
        to->accuracy = (double)to->correct / (double)to->images;
        to->mean_loss = to->total_loss / (double)to->steps;
        total += steps;
    }
    return total == checkpoint->steps ? WEFT_OK : bad(error, "the number of steps");
}

/* Reads the object "weft.checkpoint"; the epochs and steps of ${checkpoint} are known. */
static enum weft_status read_record(const char *text, struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    const char *data;
    json_t *json;
    enum weft_status status = json_read(text, strlen(text), &json, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "__metadata__ weft.checkpoint");
    }
    TRY_OR(done, read_training(json, checkpoint, error));
    TRY_OR(done, read_history(json, checkpoint, error));
    data = text_of(json, "data");
    checkpoint->data = data != NULL ? text_copy(data) : NULL;
    if (data != NULL && checkpoint->data == NULL) {
        status = weft_fail(error, WEFT_FAILED, "no memory for a path");
    }
done:
    json_decref(json);
    return status;
}

/* On failure the caller destroys ${checkpoint}. */
static enum weft_status read_all(const struct safetensors *file, struct weft_checkpoint *checkpoint,
                                 struct weft_error *error) {
    TRY(prepare(file, checkpoint, error));
    if (safetensors_metadata(file, "weft.options") == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.options: it is missing");
    }
    TRY(model_metadata_read(file, checkpoint->model, error));
    TRY(read_floats(file, checkpoint, error));
    TRY(read_integers(file, checkpoint, error));
    TRY(model_check(checkpoint->model, WEFT_BAD_FILE, error));
    return read_record(safetensors_metadata(file, "weft.checkpoint"), checkpoint, error);
}

enum weft_status weft_checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                      struct weft_error *error) {
    struct safetensors file = {0};
    enum weft_status status;
    *checkpoint = NULL;
    TRY(safetensors_read(path, &file, error));
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

void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint) {
    if (checkpoint != NULL) {
        weft_model_destroy(checkpoint->model);
        free(checkpoint->moments);
        free(checkpoint->second_moments);
        free(checkpoint->history);
        free(checkpoint->data);
        free(checkpoint);
    }
}

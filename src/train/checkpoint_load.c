/* checkpoint_load.c: reads the state of a training, and believes nothing in the file. */
#include "train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/model_file.h"
#include "data/safetensors.h"
#include "network/strict_json.h"
#include "numerics.h"

#define EXACT (UINT64_C(1) << 53) /* up to here doubles are whole numbers */

static enum weft_status bad(struct weft_error *error, const char *what) {
    return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.checkpoint: %s is missing or wrong",
                     what);
}

static const char *text_of(const cJSON *json, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static bool whole_of(const cJSON *json, const char *key, uint64_t most, uint64_t *number) {
    return weft_json_whole(cJSON_GetObjectItemCaseSensitive(json, key), most, number);
}

/* A number of 64 bits that stands in the file as text. */
static bool long_of(const cJSON *json, const char *key, uint64_t *number) {
    const char *text = text_of(json, key);
    *number = 0;
    if (text == NULL || *text == '\0') {
        return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return *text == '\0';
}

static bool double_of(const cJSON *json, const char *key, double *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    *value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    return isfinite(*value);
}

static enum weft_status read_training(const cJSON *json, struct weft_checkpoint *checkpoint,
                                      struct weft_error *error) {
    struct weft_training *training = &checkpoint->training;
    const char *order = text_of(json, "order"), *init = text_of(json, "init");
    const char *math = text_of(json, "math");
    uint64_t epochs, batch, checksum;
    double rate;
    if (!whole_of(json, "epochs", 1000000, &epochs) || epochs == 0 ||
        !whole_of(json, "batch", UINT32_MAX, &batch) || batch == 0 ||
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
    if (!whole_of(json, "images", UINT32_MAX, &checkpoint->images) || checkpoint->images == 0 ||
        !whole_of(json, "checksum", UINT32_MAX, &checksum)) {
        return bad(error, "images or checksum");
    }
    training->epochs = (size_t)epochs;
    training->batch = (size_t)batch;
    training->learning_rate = (float)rate;
    training->order = strcmp(order, "file") == 0 ? WEFT_FILE_ORDER : WEFT_SHUFFLED;
    checkpoint->math = strcmp(math, "fast") == 0 ? WEFT_MATH_FAST : WEFT_MATH_EXACT;
    checkpoint->checksum = (uint32_t)checksum;
    strcpy(checkpoint->init, init);
    return WEFT_OK;
}

static enum weft_status read_history(const cJSON *json, struct weft_checkpoint *checkpoint,
                                     struct weft_error *error) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "history"), *item;
    size_t epoch = 0;
    uint64_t total = 0;
    if (!cJSON_IsArray(list) || (size_t)cJSON_GetArraySize(list) != checkpoint->epochs) {
        return bad(error, "history");
    }
    checkpoint->history = calloc(checkpoint->epochs, sizeof *checkpoint->history);
    if (checkpoint->history == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the history");
    }
    cJSON_ArrayForEach(item, list) {
        struct weft_epoch *to = &checkpoint->history[epoch++];
        uint64_t steps;
        if (!whole_of(item, "images", EXACT - 1, &to->images) || to->images != checkpoint->images ||
            !whole_of(item, "correct", to->images, &to->correct) ||
            !whole_of(item, "steps", UINT32_MAX, &steps) || steps == 0 ||
            !double_of(item, "total_loss", &to->total_loss) ||
            !double_of(item, "seconds", &to->seconds)) {
            return bad(error, "history");
        }
        to->epoch = epoch;
        to->steps = (size_t)steps;
        to->accuracy = (double)to->correct / (double)to->images;
        to->mean_loss = to->total_loss / (double)to->steps;
        total += steps;
    }
    return total == checkpoint->steps ? WEFT_OK : bad(error, "the number of steps");
}

static enum weft_status read_record(const struct weft_safetensors *file,
                                    struct weft_checkpoint *checkpoint, struct weft_error *error) {
    const char *text = weft_safetensors_metadata(file, "weft.checkpoint"), *data;
    cJSON *json = NULL;
    enum weft_status status;
    if (text == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "it is no checkpoint of weft");
    }
    status = weft_json_parse(text, strlen(text), &json, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "__metadata__ weft.checkpoint");
    }
    status = read_training(json, checkpoint, error);
    if (status == WEFT_OK) {
        status = read_history(json, checkpoint, error);
    }
    data = text_of(json, "data");
    if (status == WEFT_OK && data != NULL) {
        checkpoint->data = malloc(strlen(data) + 1);
        if (checkpoint->data == NULL) {
            status = weft_fail(error, WEFT_FAILED, "no memory for a path");
        } else {
            strcpy(checkpoint->data, data);
        }
    }
    cJSON_Delete(json);
    return status;
}

/* Finds the tensor ${name} with ${count} elements. */
static enum weft_status find(const struct weft_safetensors *file, const char *name,
                             const char *dtype, size_t count,
                             const struct weft_safetensors_entry **entry,
                             struct weft_error *error) {
    *entry = weft_safetensors_find(file, name);
    if (*entry == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor %s: it is missing", name);
    }
    if (strcmp((*entry)->dtype, dtype) != 0 || (*entry)->count != count) {
        return weft_fail(error, WEFT_BAD_FILE, "tensor %s: it is %zu x %s, not %zu x %s", name,
                         (*entry)->count, (*entry)->dtype, count, dtype);
    }
    return WEFT_OK;
}

static enum weft_status read_floats(const struct weft_safetensors *file,
                                    const struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    const struct weft_safetensors_entry *entry;
    checkpoint_arrays(checkpoint, arrays);
    for (size_t a = 0; a < CHECKPOINT_ARRAYS; a++) {
        enum weft_status status = find(file, arrays[a].name, "F32", arrays[a].count, &entry, error);
        if (status != WEFT_OK) {
            return status;
        }
        for (size_t i = 0; i < arrays[a].count; i++) {
            uint32_t bits = weft_as_uint(weft_safetensors_float(entry, i));
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

static enum weft_status read_integers(const struct weft_safetensors *file,
                                      struct weft_checkpoint *checkpoint,
                                      struct weft_error *error) {
    const struct weft_safetensors_entry *entry;
    size_t layers = checkpoint->model->network->layer_count;
    enum weft_status status = find(file, "batches", "I64", layers, &entry, error);
    for (size_t i = 0; status == WEFT_OK && i < layers; i++) {
        checkpoint->model->batches[i] = weft_safetensors_integer(entry, i);
    }
    if (status == WEFT_OK) {
        status = find(file, "progress", "I64", 2, &entry, error);
    }
    if (status == WEFT_OK) {
        int64_t epochs = weft_safetensors_integer(entry, 0);
        int64_t steps = weft_safetensors_integer(entry, 1);
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
static enum weft_status prepare(const struct weft_safetensors *file,
                                struct weft_checkpoint *checkpoint, struct weft_error *error) {
    const char *list = weft_safetensors_metadata(file, "weft.network");
    const char *contract = weft_safetensors_metadata(file, "weft.contract");
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
        const struct weft_safetensors_entry *entry;
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

static enum weft_status read_options(const struct weft_safetensors *file, struct weft_model *model,
                                     struct weft_error *error) {
    const char *options = weft_safetensors_metadata(file, "weft.options");
    enum weft_status status;
    if (options == NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.options: it is missing");
    }
    status = weft_model_check_options(options, WEFT_BAD_FILE, error);
    if (status == WEFT_OK && (model->options = malloc(strlen(options) + 1)) == NULL) {
        status = weft_fail(error, WEFT_FAILED, "no memory for the options");
    } else if (status == WEFT_OK) {
        strcpy(model->options, options);
    }
    return status;
}

static enum weft_status read_all(const struct weft_safetensors *file,
                                 struct weft_checkpoint *checkpoint, struct weft_error *error) {
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
        status = weft_model_check(checkpoint->model, WEFT_BAD_FILE, error);
    }
    return status == WEFT_OK ? read_record(file, checkpoint, error) : status;
}

enum weft_status weft_checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                      struct weft_error *error) {
    struct weft_safetensors file = {0};
    enum weft_status status = weft_safetensors_read(path, &file, error);
    *checkpoint = NULL;
    if (status != WEFT_OK) {
        return status;
    }
    *checkpoint = calloc(1, sizeof **checkpoint);
    status = *checkpoint != NULL ? read_all(&file, *checkpoint, error)
                                 : weft_fail(error, WEFT_FAILED, "no memory for a checkpoint");
    weft_safetensors_finish(&file);
    if (status != WEFT_OK) {
        weft_error_context(error, "%s", path);
        weft_checkpoint_destroy(*checkpoint);
        *checkpoint = NULL;
    }
    return status;
}

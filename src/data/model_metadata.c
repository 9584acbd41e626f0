/* model_metadata.c: writes and reads the strings of __metadata__ that describe a model. */
#include "data/model_metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/text.h"
#include "base/try.h"
#include "data/class_names.h"
#include "data/model_file.h"

/* ---- writing ---- */

static char *write_classes(const struct weft_model *model) {
    struct json_writer json = {0};
    char *text;
    json_write_open(&json, NULL, '[');
    for (size_t i = 0; model->classes[i] != NULL; i++) {
        json_write_string(&json, NULL, model->classes[i]);
    }
    json_write_close(&json, ']');
    json_write_take(&json, &text, NULL);
    return text;
}

static char *write_data(const struct weft_model *model) {
    struct json_writer json = {0};
    char *text;
    json_write_open(&json, NULL, '{');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (model->data[i].images[0] != '\0') {
            json_write_open(&json, split_name((enum weft_split)i), '{');
            json_write_string(&json, "images", model->data[i].images);
            json_write_string(&json, "labels", model->data[i].labels);
            json_write_close(&json, '}');
        }
    }
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

static void write_numbers(struct json_writer *json, const char *key, const float *numbers,
                          size_t count) {
    json_write_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        json_write_float(json, NULL, numbers[i]);
    }
    json_write_close(json, ']');
}

static char *write_pixels(const struct normalisation *pixels) {
    struct json_writer json = {0};
    char *text;
    json_write_open(&json, NULL, '{');
    write_numbers(&json, "mean", pixels->mean, pixels->channels);
    write_numbers(&json, "std", pixels->deviation, pixels->channels);
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

static void add(struct model_metadata *metadata, const char *key, const char *value) {
    metadata->texts[metadata->count++] = (struct safetensors_text){key, value};
}

enum weft_status model_metadata_make(const struct weft_model *model,
                                     struct model_metadata *metadata, struct weft_error *error) {
    bool complete;
    *metadata = (struct model_metadata){.network = network_to_json(model->network)};
    add(metadata, "weft.network", metadata->network);
    if (model->options != NULL) {
        add(metadata, "weft.options", model->options);
    }
    add(metadata, "weft.contract", MODEL_CONTRACT);
    complete = metadata->network != NULL;
    if (model->classes != NULL) {
        metadata->classes = write_classes(model);
        add(metadata, "weft.classes", metadata->classes);
        complete = complete && metadata->classes != NULL;
    }
    if (model->pixels.channels > 0) {
        metadata->pixels = write_pixels(&model->pixels);
        add(metadata, "weft.pixels", metadata->pixels);
        complete = complete && metadata->pixels != NULL;
    }
    if (model->data[WEFT_SPLIT_TRAIN].images[0] != '\0' ||
        model->data[WEFT_SPLIT_TEST].images[0] != '\0') {
        metadata->data = write_data(model);
        add(metadata, "weft.data", metadata->data);
        complete = complete && metadata->data != NULL;
    }
    return complete ? WEFT_OK : error_set(error, WEFT_NO_MEMORY, "no memory for the metadata");
}

void model_metadata_finish(struct model_metadata *metadata) {
    free(metadata->network);
    free(metadata->classes);
    free(metadata->data);
    free(metadata->pixels);
    *metadata = (struct model_metadata){.count = 0};
}

/* ---- reading ---- */

enum weft_status model_check_options(const char *options, enum weft_status status,
                                     struct weft_error *error) {
    struct weft_error cause = {.message = "no object"};
    json_t *json = NULL;
    if (options[0] == '{') {
        json_read(options, strlen(options), &json, &cause);
    }
    if (json == NULL) {
        return error_set(error, status, "options: not a JSON object: %s", cause.message);
    }
    json_decref(json);
    return WEFT_OK;
}

static enum weft_status read_options(const char *options, struct weft_model *model,
                                     struct weft_error *error) {
    TRY(model_check_options(options, WEFT_BAD_FILE, error));
    model->options = text_copy(options);
    return model->options != NULL ? WEFT_OK
                                  : error_set(error, WEFT_NO_MEMORY, "no memory for the options");
}

static enum weft_status read_classes(const json_t *json, struct weft_model *model,
                                     struct weft_error *error) {
    const size_t count = json_array_size(json);
    const char **names = calloc(count + 1, sizeof *names);
    enum weft_status status = WEFT_OK;
    if (names == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of the classes");
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault;
        names[i] = json_string_value(json_array_get(json, i));
        fault = names[i] != NULL ? class_name_fault(names[i]) : "is no text";
        if (fault != NULL) {
            status = error_set(error, WEFT_BAD_FILE, "name %zu %s", i, fault);
            goto done;
        }
    }
    if (count != shape_size(network_output(model->network))) {
        status = error_set(error, WEFT_BAD_FILE, "%zu names for the %zu outputs of the network",
                           count, shape_size(network_output(model->network)));
        goto done;
    }
    status = model_set_classes(model, names, count, error);
done:
    free(names);
    return status;
}

/* Reads the list ${key} of ${json} into ${numbers}. Returns its length, or 0 if it is wrong. */
static size_t read_numbers(const json_t *json, const char *key,
                           float numbers[NORMALISATION_CHANNELS_MAX]) {
    const json_t *list = json_object_get(json, key);
    const size_t count = json_array_size(list);
    for (size_t i = 0; i < count && i < NORMALISATION_CHANNELS_MAX; i++) {
        if (!json_is_number(json_array_get(list, i))) {
            return 0;
        }
        numbers[i] = (float)json_number_value(json_array_get(list, i));
    }
    return count <= NORMALISATION_CHANNELS_MAX ? count : 0;
}

static enum weft_status read_pixels(const json_t *json, struct weft_model *model,
                                    struct weft_error *error) {
    struct normalisation *pixels = &model->pixels;
    const size_t count = read_numbers(json, "mean", pixels->mean);
    pixels->channels = count;
    if (count == 0 || read_numbers(json, "std", pixels->deviation) != count ||
        !normalisation_is_valid(pixels)) {
        return error_set(error, WEFT_BAD_FILE,
                         "a mean and a std above 0 of each of up to %d channels were expected",
                         NORMALISATION_CHANNELS_MAX);
    }
    if (count != network_pixel_channels(model->network)) {
        return error_set(error, WEFT_BAD_FILE,
                         "it has %zu channel%s, but the input of the network has %zu", count,
                         count == 1 ? "" : "s", network_pixel_channels(model->network));
    }
    return WEFT_OK;
}

static bool read_hash(const json_t *json, const char *key, char hash[65]) {
    const char *text = json_string_value(json_object_get(json, key));
    if (text == NULL || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64) {
        return false;
    }
    strcpy(hash, text);
    return true;
}

static enum weft_status read_data(const json_t *json, struct weft_model *model,
                                  struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const char *name = split_name((enum weft_split)i);
        const json_t *split = json_object_get(json, name);
        if (split != NULL && !(read_hash(split, "images", model->data[i].images) &&
                               read_hash(split, "labels", model->data[i].labels))) {
            return error_set(error, WEFT_BAD_FILE, "%s: two SHA-256 were expected", name);
        }
    }
    return json_is_object(json) ? WEFT_OK
                                : error_set(error, WEFT_BAD_FILE, "an object was expected");
}

/* Reads the JSON ${key} of the metadata, if it is there, with ${reader}. */
static enum weft_status read_json(const struct safetensors *file, const char *key,
                                  enum weft_status (*reader)(const json_t *json,
                                                             struct weft_model *model,
                                                             struct weft_error *error),
                                  struct weft_model *model, struct weft_error *error) {
    const char *text = safetensors_metadata(file, key);
    json_t *json = NULL;
    enum weft_status status;
    if (text == NULL) {
        return WEFT_OK;
    }
    TRY_OR(done, json_read(text, strlen(text), &json, error));
    status = reader(json, model, error);
done:
    json_decref(json);
    if (status != WEFT_OK) {
        error_context(error, "__metadata__ %s", key);
    }
    return status;
}

enum weft_status model_metadata_read(const struct safetensors *file, struct weft_model *model,
                                     struct weft_error *error) {
    const char *options = safetensors_metadata(file, "weft.options");
    strcpy(model->sha256, file->sha256);
    model->undigested = file->undigested;
    if (options != NULL) {
        TRY(read_options(options, model, error));
    }
    TRY(read_json(file, "weft.classes", read_classes, model, error));
    TRY(read_json(file, "weft.pixels", read_pixels, model, error));
    return read_json(file, "weft.data", read_data, model, error);
}

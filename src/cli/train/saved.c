/* saved.c: what the program keeps in a checkpoint. The options that determine bits are not here:
 * the library keeps them (weft_checkpoint_training). */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"

#define KEY "train"

/* ---- writing ---- */

static void write_data_sets(struct json_writer *json, const struct cli_training *train) {
    json_write_open(json, "data_sets", '[');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        json_write_open(json, NULL, '{');
        json_write_string(json, "images", train->identity[i].hash.images);
        json_write_string(json, "labels", train->identity[i].hash.labels);
        json_write_close(json, '}');
    }
    json_write_close(json, ']');
}

/* Nothing for a training without a recipe. */
static void write_recipe(struct json_writer *json, const struct cli_training *train) {
    if (train->options.recipe != NULL && utf8_is_valid(train->options.recipe)) {
        json_write_string(json, "recipe", train->options.recipe);
    }
    if (train->options.keep == CLI_KEEP_BEST) {
        json_write_open(json, "best", '{');
        json_write_integer(json, "epoch", train->best.epoch);
        json_write_double(json, "accuracy", train->best.accuracy);
        json_write_close(json, '}');
    }
}

enum weft_status cli_saved_write(const struct cli_training *train,
                                 struct weft_checkpoint *checkpoint, struct weft_error *error) {
    struct json_writer json = {0};
    enum weft_status status;
    char *text;
    json_write_open(&json, NULL, '{');
    /* A path that is not UTF-8 cannot be kept. */
    json_write_string(&json, "data", utf8_is_valid(train->data) ? train->data : NULL);
    json_write_string(&json, "init", train->saved.init);
    json_write_integer(&json, "validate", train->options.validate);
    if (train->options.common.test_fraction > 0) {
        json_write_float(&json, "test_fraction", train->options.common.test_fraction);
    }
    write_data_sets(&json, train);
    json_write_open(&json, "classes", '[');
    for (size_t i = 0; train->classes[i] != NULL; i++) {
        json_write_string(&json, NULL, train->classes[i]);
    }
    json_write_close(&json, ']');
    write_recipe(&json, train);
    json_write_close(&json, '}');
    TRY(json_write_take(&json, &text, error));
    status = weft_checkpoint_set_text(checkpoint, KEY, text, error);
    free(text);
    return status;
}

/* ---- reading ---- */

/* Stores the text ${key}, of at most 64 bytes, in ${text}. */
static bool read_hash(const json_t *json, const char *key, char text[65]) {
    const char *value = json_string_value(json_object_get(json, key));
    if (value == NULL || strlen(value) > 64) {
        return false;
    }
    strcpy(text, value);
    return true;
}

/* Stores a copy of the list of texts in ${texts}. */
static bool read_texts(const json_t *list, char ***texts) {
    const size_t count = json_array_size(list);
    const char **names = calloc(count + 1, sizeof *names);
    bool complete = names != NULL && json_is_array(list);
    for (size_t i = 0; complete && i < count; i++) {
        names[i] = json_string_value(json_array_get(list, i));
        complete = names[i] != NULL;
    }
    *texts = complete ? text_copy_list(names, count) : NULL;
    free(names);
    return *texts != NULL;
}

/* Stores the number "test_fraction", or 0 if there is none. */
static bool read_fraction(const json_t *json, float *fraction) {
    const json_t *number = json_object_get(json, "test_fraction");
    *fraction = (float)json_number_value(number); /* 0 for NULL */
    return number == NULL || (*fraction > 0 && *fraction < 1);
}

/* What write_recipe wrote. */
static bool read_recipe(const json_t *json, struct cli_saved *saved) {
    const json_t *name = json_object_get(json, "recipe"), *best = json_object_get(json, "best");
    const json_t *accuracy = json_object_get(best, "accuracy");
    uint64_t epoch = 0;
    if (name != NULL) {
        saved->recipe = json_is_string(name) ? text_copy(json_string_value(name)) : NULL;
    }
    saved->keep_best = best != NULL;
    if (saved->keep_best) {
        if (!json_read_integer(json_object_get(best, "epoch"), UINT32_MAX, &epoch) || epoch == 0 ||
            !json_is_number(accuracy)) {
            return false;
        }
        saved->best.epoch = (size_t)epoch;
        saved->best.accuracy = json_number_value(accuracy);
    }
    return name == NULL || saved->recipe != NULL;
}

static bool read_all(const json_t *json, struct cli_saved *saved) {
    const json_t *sets = json_object_get(json, "data_sets"), *data = json_object_get(json, "data");
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const json_t *set = json_array_get(sets, (size_t)i);
        if (!read_hash(set, "images", saved->hash[i].images) ||
            !read_hash(set, "labels", saved->hash[i].labels)) {
            return false;
        }
    }
    saved->data = json_is_string(data) ? text_copy(json_string_value(data)) : NULL;
    return (json_is_null(data) || saved->data != NULL) && read_hash(json, "init", saved->init) &&
           json_read_integer(json_object_get(json, "validate"), UINT32_MAX, &saved->validate) &&
           read_fraction(json, &saved->test_fraction) &&
           read_texts(json_object_get(json, "classes"), &saved->classes) &&
           read_recipe(json, saved);
}

enum weft_status cli_saved_read(const struct weft_checkpoint *checkpoint, const char *path,
                                struct cli_saved *saved, struct weft_error *error) {
    const char *text = weft_checkpoint_text(checkpoint, KEY);
    json_t *json;
    bool complete;
    if (text == NULL) {
        error_set(error, WEFT_BAD_FILE, "%s: another program wrote it, not weft train", path);
        return error_hint(error, "weft_checkpoint_load of the library reads it");
    }
    if (json_read(text, strlen(text), &json, error) != WEFT_OK) {
        return error_context(error, "%s: its text \"" KEY "\"", path);
    }
    complete = read_all(json, saved);
    json_decref(json);
    return complete ? WEFT_OK
                    : error_set(error, WEFT_BAD_FILE, "%s: its text \"" KEY "\" is wrong", path);
}

void cli_saved_finish(struct cli_saved *saved) {
    free(saved->data);
    free(saved->classes);
    free(saved->recipe);
    *saved = (struct cli_saved){.validate = 0};
}

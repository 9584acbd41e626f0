/* checkpoint_record.c: what a checkpoint has in addition to arrays: "weft.checkpoint" of its
 * __metadata__, a JSON object with the options of the training, the history of the epochs, and the
 * texts of the caller. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/try.h"
#include "base/utf8.h"
#include "data/model_file.h"

/* ---- writing ---- */

/* The learning rate of an epoch is absent if it is that of the training. */
static void write_history(struct json_writer *json, const struct weft_checkpoint *checkpoint) {
    json_write_open(json, "history", '[');
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        const struct weft_epoch *epoch = &checkpoint->history[i];
        json_write_open(json, NULL, '{');
        json_write_integer(json, "images", epoch->images);
        json_write_integer(json, "correct", epoch->correct);
        json_write_integer(json, "steps", epoch->steps);
        json_write_double(json, "total_loss", epoch->total_loss);
        json_write_double(json, "seconds", epoch->seconds);
        if (epoch->learning_rate != checkpoint->training.learning_rate) {
            json_write_float(json, "learning_rate", epoch->learning_rate);
        }
        json_write_close(json, '}');
    }
    json_write_close(json, ']');
}

char *checkpoint_make_record(const struct weft_checkpoint *checkpoint) {
    struct json_writer json = {0};
    const char *key;
    json_t *value;
    char *text;
    json_write_open(&json, NULL, '{');
    if (checkpoint->training.epochs > 0) {
        training_write(&json, "training", &checkpoint->training);
    } else {
        json_write_null(&json, "training");
    }
    json_write_string(&json, "math", checkpoint->math == WEFT_MATH_FAST ? "fast" : "exact");
    if (checkpoint->average.epochs > 0) {
        json_write_integer(&json, "averaged_epochs", checkpoint->average.epochs);
    }
    write_history(&json, checkpoint);
    json_write_open(&json, "texts", '{');
    json_object_foreach(checkpoint->texts, key, value) {
        json_write_string(&json, key, json_string_value(value));
    }
    json_write_close(&json, '}');
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

/* ---- reading ---- */

static enum weft_status bad(struct weft_error *error, const char *what) {
    return error_set(error, WEFT_BAD_FILE, "%s is missing or wrong", what);
}

static bool integer_of(const json_t *json, const char *key, uint64_t max, uint64_t *number) {
    return json_read_integer(json_object_get(json, key), max, number);
}

static bool double_of(const json_t *json, const char *key, double *value) {
    const json_t *item = json_object_get(json, key);
    *value = json_is_number(item) ? json_number_value(item) : NAN;
    return isfinite(*value);
}

static bool read_rate(const json_t *item, float *rate) {
    *rate = json_is_number(item) ? (float)json_number_value(item) : NAN;
    return isfinite(*rate) && *rate >= 0;
}

/* epoch->learning_rate is that of the training. */
static bool read_epoch(const json_t *item, struct weft_epoch *epoch) {
    const json_t *rate = json_object_get(item, "learning_rate");
    uint64_t steps;
    if (!integer_of(item, "images", UINT32_MAX, &epoch->images) || epoch->images == 0 ||
        !integer_of(item, "correct", epoch->images, &epoch->correct) ||
        !integer_of(item, "steps", UINT32_MAX, &steps) || steps == 0 ||
        !double_of(item, "total_loss", &epoch->total_loss) ||
        !double_of(item, "seconds", &epoch->seconds) ||
        (rate != NULL && !read_rate(rate, &epoch->learning_rate))) {
        return false;
    }
    epoch->steps = (size_t)steps;
    epoch->accuracy = (double)epoch->correct / (double)epoch->images;
    epoch->mean_loss = epoch->total_loss / (double)steps;
    return true;
}

static enum weft_status read_history(const json_t *list, struct weft_checkpoint *checkpoint,
                                     struct weft_error *error) {
    uint64_t total = 0;
    if (json_array_size(list) != checkpoint->epochs) {
        return bad(error, "history");
    }
    checkpoint->history = calloc(checkpoint->epochs + 1, sizeof *checkpoint->history);
    if (checkpoint->history == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the history");
    }
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        struct weft_epoch *epoch = &checkpoint->history[i];
        *epoch = (struct weft_epoch){.size = sizeof *epoch,
                                     .epoch = i + 1,
                                     .learning_rate = checkpoint->training.learning_rate};
        if (!read_epoch(json_array_get(list, i), epoch)) {
            return bad(error, "history");
        }
        total += epoch->steps;
    }
    return total <= checkpoint->steps ? WEFT_OK : bad(error, "the number of steps");
}

/* The number of epochs in the sum is there if the sum is. */
static enum weft_status read_average(const json_t *json, struct weft_checkpoint *checkpoint,
                                     struct weft_error *error) {
    uint64_t epochs = 0;
    const bool valid = json_read_integer(json, checkpoint->epochs, &epochs) && epochs > 0;
    if (checkpoint->average.sum != NULL ? !valid : json != NULL) {
        return bad(error, "averaged_epochs");
    }
    checkpoint->average.epochs = (size_t)epochs;
    return WEFT_OK;
}

static enum weft_status read_texts(json_t *texts, struct weft_checkpoint *checkpoint,
                                   struct weft_error *error) {
    const char *key;
    json_t *value;
    if (!json_is_object(texts)) {
        return bad(error, "texts");
    }
    json_object_foreach(texts, key, value) {
        if (!json_is_string(value)) {
            return bad(error, "texts");
        }
    }
    checkpoint->texts = json_incref(texts);
    return WEFT_OK;
}

static enum weft_status read_record(const json_t *json, struct weft_checkpoint *checkpoint,
                                    struct weft_error *error) {
    const json_t *training = json_object_get(json, "training");
    const char *math = json_string_value(json_object_get(json, "math"));
    if (training == NULL) {
        error_set(error, WEFT_BAD_FILE, "it has no training: another version of weft wrote it");
        return error_hint(error, "begin the training again");
    }
    if (!json_is_null(training)) {
        TRY(training_read(training, &checkpoint->training, error));
    }
    if (math == NULL || (strcmp(math, "exact") != 0 && strcmp(math, "fast") != 0)) {
        return bad(error, "math");
    }
    checkpoint->math = strcmp(math, "fast") == 0 ? WEFT_MATH_FAST : WEFT_MATH_EXACT;
    TRY(read_average(json_object_get(json, "averaged_epochs"), checkpoint, error));
    TRY(read_history(json_object_get(json, "history"), checkpoint, error));
    return read_texts(json_object_get(json, "texts"), checkpoint, error);
}

enum weft_status checkpoint_read_record(const char *text, struct weft_checkpoint *checkpoint,
                                        struct weft_error *error) {
    json_t *json;
    enum weft_status status = json_read(text, strlen(text), &json, error);
    if (status == WEFT_OK) {
        status = read_record(json, checkpoint, error);
        json_decref(json);
    }
    return status == WEFT_OK ? WEFT_OK : error_context(error, "__metadata__ weft.checkpoint");
}

/* ---- texts ---- */

enum weft_status checkpoint_set_text(struct weft_checkpoint *checkpoint, const char *key,
                                     const char *text, struct weft_error *error) {
    if (text == NULL) {
        json_object_del(checkpoint->texts, key);
        return WEFT_OK;
    }
    if (!utf8_is_valid(key) || !utf8_is_valid(text)) {
        return error_set(error, WEFT_USAGE, "%s is not UTF-8", utf8_is_valid(key) ? "text" : "key");
    }
    if (checkpoint->texts == NULL) {
        checkpoint->texts = json_object();
    }
    return json_object_set_new(checkpoint->texts, key, json_string(text)) == 0
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "no memory for a text");
}

const char *checkpoint_text(const struct weft_checkpoint *checkpoint, const char *key) {
    return json_string_value(json_object_get(checkpoint->texts, key));
}

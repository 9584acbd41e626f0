/* checkpoint_record.c: what was asked for, and how the epochs went: the object weft.checkpoint of a checkpoint's __metadata__, written and
 * read. Numbers that may be larger than 2^53 are texts. Reading believes nothing. */
#include "train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/utf8.h"

char *checkpoint_record_write(const struct weft_checkpoint *checkpoint) {
    const struct weft_training *training = &checkpoint->training;
    struct json_writer json = {0};
    char seed[24], steps[24], *text;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)training->seed);
    snprintf(steps, sizeof steps, "%llu", (unsigned long long)training->steps);
    json_write_open(&json, NULL, '{');
    json_write_integer(&json, "epochs", training->epochs);
    json_write_integer(&json, "batch", training->batch);
    json_write_string(&json, "seed", seed);
    json_write_string(&json, "order", training->order == WEFT_ORDER_FILE ? "file" : "shuffled");
    json_write_string(&json, "math", checkpoint->math == WEFT_MATH_FAST ? "fast" : "exact");
    json_write_string(&json, "steps", steps);
    json_write_float(&json, "lr", training->learning_rate);
    json_write_string(&json, "init", checkpoint->init);
    json_write_integer(&json, "images", checkpoint->images);
    json_write_integer(&json, "checksum", checkpoint->checksum);
    /* A path that is not UTF-8 cannot be kept. */
    if (checkpoint->data != NULL && utf8_is_valid(checkpoint->data)) {
        json_write_string(&json, "data", checkpoint->data);
    }
    json_write_open(&json, "history", '[');
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        const struct weft_epoch *epoch = &checkpoint->history[i];
        json_write_open(&json, NULL, '{');
        json_write_integer(&json, "images", epoch->images);
        json_write_integer(&json, "correct", epoch->correct);
        json_write_integer(&json, "steps", epoch->steps);
        json_write_double(&json, "total_loss", epoch->total_loss);
        json_write_double(&json, "seconds", epoch->seconds);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

#define EXACT (UINT64_C(1) << 53) /* up to here doubles are whole numbers */

static enum weft_status bad(struct weft_error *error, const char *what) {
    return weft_fail(error, WEFT_BAD_FILE, "__metadata__ weft.checkpoint: %s is missing or wrong",
                     what);
}

static const char *text_of(const json_t *json, const char *key) {
    return json_string_value(json_object_get(json, key));
}

static bool whole_of(const json_t *json, const char *key, uint64_t most, uint64_t *number) {
    return json_read_integer(json_object_get(json, key), most, number);
}

/* A number of 64 bits that stands in the file as text. */
static bool long_of(const json_t *json, const char *key, uint64_t *number) {
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
        if (!whole_of(item, "images", EXACT - 1, &to->images) || to->images != checkpoint->images ||
            !whole_of(item, "correct", to->images, &to->correct) ||
            !whole_of(item, "steps", UINT32_MAX, &steps) || steps == 0 ||
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

enum weft_status checkpoint_record_read(const char *text, struct weft_checkpoint *checkpoint,
                                        struct weft_error *error) {
    const char *data;
    json_t *json = NULL;
    enum weft_status status = json_read(text, strlen(text), &json, error);
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
    json_decref(json);
    return status;
}

/* checkpoint_record.c: reads the requested training and the history of a checkpoint. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/text.h"
#include "base/try.h"
#include "data/model_file.h"

static enum weft_status bad(struct weft_error *error, const char *what) {
    return error_set(error, WEFT_BAD_FILE, "__metadata__ weft.checkpoint: %s is missing or wrong",
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

static enum weft_status read_training(const json_t *json, struct checkpoint *checkpoint,
                                      struct weft_error *error) {
    struct training *training = &checkpoint->training;
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
    if (!integer_of(json, "images", UINT32_MAX, &checkpoint->images) ||
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

static enum weft_status read_history(const json_t *json, struct checkpoint *checkpoint,
                                     struct weft_error *error) {
    const json_t *list = json_object_get(json, "history");
    uint64_t total = 0;
    if (json_array_size(list) != checkpoint->epochs) {
        return bad(error, "history");
    }
    checkpoint->history = calloc(checkpoint->epochs + 1, sizeof *checkpoint->history);
    if (checkpoint->history == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the history");
    }
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        const json_t *item = json_array_get(list, i);
        struct weft_epoch *to = &checkpoint->history[i];
        uint64_t steps;
        if (!integer_of(item, "images", UINT32_MAX, &to->images) || to->images == 0 ||
            (checkpoint->images != 0 && to->images != checkpoint->images) ||
            !integer_of(item, "correct", to->images, &to->correct) ||
            !integer_of(item, "steps", UINT32_MAX, &steps) || steps == 0 ||
            !double_of(item, "total_loss", &to->total_loss) ||
            !double_of(item, "seconds", &to->seconds)) {
            return bad(error, "history");
        }
        to->size = sizeof *to;
        to->epoch = i + 1;
        to->steps = (size_t)steps;
        to->accuracy = (double)to->correct / (double)to->images;
        to->mean_loss = to->total_loss / (double)to->steps;
        total += steps;
    }
    return total == checkpoint->steps || (checkpoint->images == 0 && total < checkpoint->steps)
               ? WEFT_OK
               : bad(error, "the number of steps");
}

/* Returns whether ${options} lack ${key}, or have ${number}. */
static bool has_number(const json_t *options, const char *key, double number) {
    const json_t *item = json_object_get(options, key);
    return item == NULL || (json_is_number(item) && json_number_value(item) == number);
}

/* The same for the learning rate, which has the digits of a float. */
static bool has_rate(const json_t *options, float rate) {
    const json_t *item = json_object_get(options, "lr");
    return item == NULL || (json_is_number(item) && (float)json_number_value(item) == rate);
}

/* The same for ${text}, which is null where it is empty. */
static bool has_text(const json_t *options, const char *key, const char *text) {
    const json_t *item = json_object_get(options, key);
    const char *found = json_is_null(item) ? "" : json_string_value(item);
    return item == NULL || (found != NULL && strcmp(found, text) == 0);
}

/* The options of the model say again how the training began: fails if they say something else. */
static enum weft_status check_options(const struct checkpoint *checkpoint,
                                      struct weft_error *error) {
    const struct training *training = &checkpoint->training;
    const char *options = checkpoint->model->options;
    json_t *json;
    bool same;
    TRY(json_read(options, strlen(options), &json, error));
    same = has_number(json, "epochs", (double)checkpoint->epochs) &&
           has_number(json, "batch", (double)training->batch) &&
           has_number(json, "seed", (double)training->seed) &&
           has_rate(json, training->learning_rate) &&
           has_text(json, "order", training->order == WEFT_ORDER_FILE ? "file" : "shuffled") &&
           has_text(json, "math", checkpoint->math == WEFT_MATH_FAST ? "fast" : "exact") &&
           has_text(json, "init", checkpoint->init);
    json_decref(json);
    return same ? WEFT_OK
                : error_set(error, WEFT_BAD_FILE,
                            "__metadata__: weft.options and weft.checkpoint contradict each other");
}

enum weft_status checkpoint_read_record(const char *text, struct checkpoint *checkpoint,
                                        struct weft_error *error) {
    const char *data;
    json_t *json;
    enum weft_status status = json_read(text, strlen(text), &json, error);
    if (status != WEFT_OK) {
        return error_context(error, "__metadata__ weft.checkpoint");
    }
    TRY_OR(done, read_training(json, checkpoint, error));
    if (checkpoint->images != 0 && checkpoint->epochs == 0) {
        TRY_OR(done, bad(error, "the number of epochs"));
    }
    TRY_OR(done, read_history(json, checkpoint, error));
    TRY_OR(done, check_options(checkpoint, error));
    data = text_of(json, "data");
    checkpoint->data = data != NULL ? text_copy(data) : NULL;
    if (data != NULL && checkpoint->data == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a path");
    }
done:
    json_decref(json);
    return status;
}

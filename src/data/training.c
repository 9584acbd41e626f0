/* training.c: the options of a training in a checkpoint. */
#include "data/training.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/try.h"

/* How a member is written. JSON's numbers are exact up to 2^53: longer ones are strings. */
enum kind { COUNT, LONG, RATE, NUMBER, FLAG, CHOICE };

/* The names of enumerators. */
static const char *const orders[] = {"shuffled", "file", NULL};
static const char *const optimizers[] = {"adam", "adamw", "sgd", NULL};
static const char *const schedules[] = {"constant", "cosine", "one-cycle", "step", NULL};
static const char *const class_weights[] = {"none", "balanced", NULL};

/* A member of the recipe: absent in the file if it is 0, as in the published recipe. Its range is
 * that of recipe_check. */
#define RECIPE(kind, member, choices)                                                              \
    { #member, kind, offsetof(struct training, recipe.member), 0, UINT64_MAX, choices, true }

/* The options that determine bits: each has a row here. */
static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    uint64_t min, max;          /* of COUNT and LONG */
    const char *const *choices; /* of CHOICE, an enum: its names */
    bool optional;              /* absent in the file if it is 0 */
} rows[] = {
    {"epochs", COUNT, offsetof(struct training, epochs), 1, TRAINING_EPOCHS_MAX, NULL, false},
    {"batch", COUNT, offsetof(struct training, batch), 1, UINT32_MAX, NULL, false},
    {"learning_rate", RATE, offsetof(struct training, learning_rate), 0, 0, NULL, false},
    {"seed", LONG, offsetof(struct training, seed), 0, UINT64_MAX, NULL, false},
    {"order", CHOICE, offsetof(struct training, order), 0, 0, orders, false},
    {"steps", LONG, offsetof(struct training, steps), 0, UINT64_MAX, NULL, false},
    RECIPE(CHOICE, optimizer, optimizers),
    RECIPE(NUMBER, momentum, NULL),
    RECIPE(FLAG, nesterov, NULL),
    RECIPE(NUMBER, weight_decay, NULL),
    RECIPE(CHOICE, schedule, schedules),
    RECIPE(COUNT, step_epochs, NULL),
    RECIPE(NUMBER, step_factor, NULL),
    RECIPE(LONG, warmup_steps, NULL),
    RECIPE(NUMBER, warmup_fraction, NULL),
    RECIPE(NUMBER, label_smoothing, NULL),
    RECIPE(NUMBER, clip_norm, NULL),
    RECIPE(COUNT, average, NULL),
    RECIPE(FLAG, flip, NULL),
    RECIPE(COUNT, shift, NULL),
    RECIPE(COUNT, erase, NULL),
    RECIPE(CHOICE, class_weights, class_weights),
};

/* Returns whether ${member} is 0, false, or the first enumerator. */
static bool is_zero(const struct row *row, const void *member) {
    unsigned choice;
    switch (row->kind) {
    case COUNT:
        return *(const size_t *)member == 0;
    case LONG:
        return *(const uint64_t *)member == 0;
    case FLAG:
        return !*(const bool *)member;
    case CHOICE:
        memcpy(&choice, member, sizeof choice);
        return choice == 0;
    default:
        return *(const float *)member == 0;
    }
}

static void write_member(struct json_writer *json, const struct row *row, const void *member) {
    char digits[24];
    unsigned choice;
    switch (row->kind) {
    case COUNT:
        json_write_integer(json, row->name, *(const size_t *)member);
        break;
    case LONG:
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)*(const uint64_t *)member);
        json_write_string(json, row->name, digits);
        break;
    case RATE:
    case NUMBER:
        json_write_float(json, row->name, *(const float *)member);
        break;
    case FLAG:
        json_write_bool(json, row->name, *(const bool *)member);
        break;
    case CHOICE:
        memcpy(&choice, member, sizeof choice);
        json_write_string(json, row->name, row->choices[choice]);
        break;
    }
}

void training_write(struct json_writer *json, const char *key, const struct training *training) {
    json_write_open(json, key, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const void *member = (const char *)training + row->offset;
        if (!row->optional || !is_zero(row, member)) {
            write_member(json, row, member);
        }
    }
    json_write_close(json, '}');
}

/* Reads a number of 64 bits, which is a string in the file. */
static bool read_long(const json_t *json, uint64_t *number) {
    const char *text = json_string_value(json);
    if (text == NULL || *text == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return errno == 0;
}

/* Reads a number that a float can be. */
static bool read_number(const json_t *json, float *number) {
    const double value = json_is_number(json) ? json_number_value(json) : NAN;
    *number = fabs(value) <= (double)FLT_MAX ? (float)value : 0;
    return fabs(value) <= (double)FLT_MAX;
}

static bool read_flag(const json_t *json, bool *flag) {
    *flag = json_is_true(json);
    return json_is_boolean(json);
}

static bool read_choice(const json_t *json, const char *const *choices, void *member) {
    const char *text = json_string_value(json);
    for (unsigned i = 0; text != NULL && choices[i] != NULL; i++) {
        if (strcmp(text, choices[i]) == 0) {
            memcpy(member, &i, sizeof i);
            return true;
        }
    }
    return false;
}

static bool read_member(const json_t *json, const struct row *row, void *member) {
    uint64_t number;
    switch (row->kind) {
    case RATE:
        return read_number(json, member) && *(const float *)member > 0;
    case NUMBER:
        return read_number(json, member);
    case FLAG:
        return read_flag(json, member);
    case CHOICE:
        return read_choice(json, row->choices, member);
    case COUNT:
        if (!json_read_integer(json, row->max, &number) || number < row->min || number > SIZE_MAX) {
            return false;
        }
        *(size_t *)member = (size_t)number;
        return true;
    default:
        return read_long(json, member) && *(const uint64_t *)member <= row->max;
    }
}

enum weft_status training_read(const json_t *json, struct training *training,
                               struct weft_error *error) {
    training->recipe = (struct weft_recipe)WEFT_RECIPE_PUBLISHED;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const json_t *member = json_object_get(json, row->name);
        if (member == NULL && row->optional) {
            continue; /* it is 0 */
        }
        if (!read_member(member, row, (char *)training + row->offset)) {
            return error_set(error, WEFT_BAD_FILE, "training: %s is missing or wrong", row->name);
        }
    }
    return recipe_check(&training->recipe, error) == WEFT_OK ? WEFT_OK
                                                             : error_context(error, "training");
}

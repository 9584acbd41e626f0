/* training.c: the options of a training in a checkpoint. */
#include "data/training.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/try.h"

/* How a member is written. JSON's numbers are exact up to 2^53: longer ones are strings. */
enum kind { COUNT, LONG, RATE, CHOICE };

static const char *const orders[] = {"shuffled", "file", NULL}; /* enum weft_order */

/* The options that determine bits: each has a row here. */
static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    uint64_t min, max;          /* of COUNT and LONG */
    const char *const *choices; /* of CHOICE, an enum: its names */
} rows[] = {
    {"epochs", COUNT, offsetof(struct training, epochs), 1, TRAINING_EPOCHS_MAX, NULL},
    {"batch", COUNT, offsetof(struct training, batch), 1, UINT32_MAX, NULL},
    {"learning_rate", RATE, offsetof(struct training, learning_rate), 0, 0, NULL},
    {"seed", LONG, offsetof(struct training, seed), 0, UINT64_MAX, NULL},
    {"order", CHOICE, offsetof(struct training, order), 0, 0, orders},
    {"steps", LONG, offsetof(struct training, steps), 0, UINT64_MAX, NULL},
};

void training_write(struct json_writer *json, const char *key, const struct training *training) {
    json_write_open(json, key, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const void *member = (const char *)training + row->offset;
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
            json_write_float(json, row->name, *(const float *)member);
            break;
        case CHOICE:
            memcpy(&choice, member, sizeof choice);
            json_write_string(json, row->name, row->choices[choice]);
            break;
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

static bool read_rate(const json_t *json, float *rate) {
    *rate = json_is_number(json) ? (float)json_number_value(json) : 0;
    return isfinite(*rate) && *rate > 0;
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
        return read_rate(json, member);
    case CHOICE:
        return read_choice(json, row->choices, member);
    case COUNT:
        if (!json_read_integer(json, row->max, &number) || number < row->min) {
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
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        if (!read_member(json_object_get(json, row->name), row, (char *)training + row->offset)) {
            return error_set(error, WEFT_BAD_FILE, "training: %s is missing or wrong", row->name);
        }
    }
    return WEFT_OK;
}

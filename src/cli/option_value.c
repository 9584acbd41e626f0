/* option_value.c: values of options, from texts and as texts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/numbers.h"
#include "cli/parser.h"
#include "cli/suggest.h"

/* Reads decimal digits only: strtoull would accept signs, spaces and numbers that overflow. */
static bool parse_count(const char *text, uint64_t *value) {
    *value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (*text < '0' || *text > '9' || *value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *value = *value * 10 + digit;
    }
    return true;
}

enum weft_status cli_option_count(const char *text, uint64_t least, uint64_t most,
                                  const char *source, uint64_t *value, struct weft_error *error) {
    if (!parse_count(text, value) || *value < least || *value > most) {
        return error_set(error, WEFT_USAGE, "%s %s: not an integer from %llu to %llu", source, text,
                         (unsigned long long)least, (unsigned long long)most);
    }
    return WEFT_OK;
}

/* Reads a number followed by s, m, h or nothing. */
static enum weft_status set_time(const struct cli_option *option, const char *text,
                                 const char *source, uint64_t *value, struct weft_error *error) {
    char digits[24] = "";
    size_t length = strlen(text);
    char unit = length > 0 ? text[length - 1] : '0';
    uint64_t factor = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;
    length -= unit == 'h' || unit == 'm' || unit == 's';
    snprintf(digits, sizeof digits, "%.*s", (int)(length < 23 ? length : 23), text);
    if (!parse_count(digits, value) || *value > option->most / factor ||
        *value * factor < option->least) {
        error_set(error, WEFT_USAGE, "%s %s: not a time from %llu to %llu seconds", source, text,
                  (unsigned long long)option->least, (unsigned long long)option->most);
        return error_hint(error, "write 50s, 10m or 2h");
    }
    *value *= factor;
    return WEFT_OK;
}

/* strtof also accepts spaces, hexadecimal, infinity and NaN. */
const char *cli_option_float(const char *text, float low, float high, float *value) {
    char *end;
    *value = strtof(text, &end);
    return end > text && strspn(text, "0123456789+-.eE") == (size_t)(end - text) &&
                   isfinite(*value) && *value >= low && *value <= high
               ? end
               : NULL;
}

static enum weft_status set_float(const struct cli_option *option, const char *text,
                                  const char *source, float *value, struct weft_error *error) {
    char low[32], high[32];
    const char *end = cli_option_float(text, option->low, option->high, value);
    if (end == NULL || *end != '\0') {
        error_set(error, WEFT_USAGE, "%s %s: not a number from %s to %s", source, text,
                  number_float(option->low, low), number_float(option->high, high));
        return cli_suggest_number(option, text, error);
    }
    return WEFT_OK;
}

static enum weft_status set_choice(const struct cli_option *option, const char *text,
                                   const char *source, int *value, struct weft_error *error) {
    char known[256] = "";
    for (int i = 0; option->choices[i] != NULL; i++) {
        size_t length = strlen(known);
        if (strcmp(option->choices[i], text) == 0) {
            *value = i;
            return WEFT_OK;
        }
        snprintf(known + length, sizeof known - length, "%s%s", i > 0 ? ", " : "",
                 option->choices[i]);
    }
    error_set(error, WEFT_USAGE, "%s %s: not one of: %s", source, text, known);
    return cli_suggest_choice(option, text, error);
}

const char *cli_option_text(const struct cli_option *option, const struct cli_options *options,
                            char number[64]) {
    const void *field = (const char *)options + option->offset;
    switch (option->type) {
    case CLI_OPTION_FLAG:
        break;
    case CLI_OPTION_TEXT:
        return *(const char *const *)field;
    case CLI_OPTION_COUNT:
    case CLI_OPTION_TIME:
        snprintf(number, 64, "%llu", (unsigned long long)*(const uint64_t *)field);
        return number;
    case CLI_OPTION_FLOAT:
        return number_float(*(const float *)field, number);
    case CLI_OPTION_CHOICE:
        return *(const int *)field >= 0 ? option->choices[*(const int *)field] : NULL;
    }
    return NULL;
}

bool cli_option_is_default(const struct cli_option *option, const struct cli_options *options) {
    char number[64];
    const char *text = cli_option_text(option, options, number);
    if (option->type == CLI_OPTION_FLAG) {
        return !*(const bool *)((const char *)options + option->offset);
    }
    if (option->type == CLI_OPTION_COUNT && option->initial == NULL) {
        return *(const uint64_t *)((const char *)options + option->offset) == 0;
    }
    return text == NULL || option->initial == NULL ? text == option->initial
                                                   : strcmp(text, option->initial) == 0;
}

void cli_option_json(struct json_writer *json, const struct cli_option *option,
                     const struct cli_options *options) {
    const void *field = (const char *)options + option->offset;
    char key[64], number[64];
    snprintf(key, sizeof key, "%s", option->name);
    for (char *dash = key; (dash = strchr(dash, '-')) != NULL;) {
        *dash = '_';
    }
    if (option->type == CLI_OPTION_FLAG) {
        json_write_bool(json, key, *(const bool *)field);
    } else if (option->type == CLI_OPTION_FLOAT) {
        json_write_float(json, key, *(const float *)field);
    } else if (option->type == CLI_OPTION_COUNT || option->type == CLI_OPTION_TIME) {
        json_write_integer(json, key, *(const uint64_t *)field);
    } else {
        json_write_string(json, key, cli_option_text(option, options, number));
    }
}

enum weft_status cli_option_set(const struct cli_option *option, const char *text,
                                const char *source, struct cli_options *options,
                                struct weft_error *error) {
    void *field = (char *)options + option->offset;
    switch (option->type) {
    case CLI_OPTION_FLAG:
        *(bool *)field = text == NULL || strcmp(text, "no") != 0;
        return WEFT_OK;
    case CLI_OPTION_TEXT:
        if (*text == '\0') {
            return error_set(error, WEFT_USAGE, "%s: its value is empty", source);
        }
        *(const char **)field = text;
        return WEFT_OK;
    case CLI_OPTION_COUNT:
        if (cli_option_count(text, option->least, option->most, source, field, error) == WEFT_OK) {
            return WEFT_OK;
        }
        return cli_suggest_number(option, text, error);
    case CLI_OPTION_FLOAT:
        return set_float(option, text, source, field, error);
    case CLI_OPTION_TIME:
        return set_time(option, text, source, field, error);
    case CLI_OPTION_CHOICE:
        return set_choice(option, text, source, field, error);
    }
    return error_set(error, WEFT_FAILED, "%s: unknown type of option", source);
}

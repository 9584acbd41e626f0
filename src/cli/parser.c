/* parser.c: reads the command line, the environment and the defaults by the tables of a
 * command. */
#include "cli/parser.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/try.h"
#include "cli/suggest.h"

#define OPTIONS_MAX 64 /* of a command and common ones together: the bits of cli_options.given */

/* ---- values of options ---- */

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

enum weft_status cli_option_set(const struct cli_option *option, const char *text,
                                const char *source, struct cli_options *options,
                                struct weft_error *error) {
    void *field = (char *)options + option->offset;
    switch (option->type) {
    case CLI_OPTION_FLAG:
        *(bool *)field = true;
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

/* ---- rows of the tables ---- */

/* Returns row ${index} of ${table}; NULL after the last, with *index less the number of rows. */
static const struct cli_option *row_of(const struct cli_option *table, size_t *index) {
    for (; table != NULL && table->name != NULL; table++, --*index) {
        if (*index == 0) {
            return table;
        }
    }
    return NULL;
}

const struct cli_option *cli_options_row(const struct cli_command *command, size_t index) {
    const struct cli_option *row = row_of(command->options, &index);
    return row != NULL ? row : row_of(cli_common_options, &index);
}

/* Returns the index of the row whose name is the ${length} bytes of ${name}; that of no row where
 * there is none. */
static size_t find(const struct cli_command *command, const char *name, size_t length) {
    const struct cli_option *row;
    size_t i = 0;
    while ((row = cli_options_row(command, i)) != NULL &&
           (strlen(row->name) != length || memcmp(row->name, name, length) != 0)) {
        i++;
    }
    return i;
}

const struct cli_option *cli_options_find(const struct cli_command *command, const char *name) {
    return cli_options_row(command, find(command, name, strlen(name)));
}

bool cli_options_given(const struct cli_options *options, const char *name) {
    return (options->given >> find(options->command, name, strlen(name)) & 1) != 0;
}

/* ---- the command line ---- */

/* Takes the option at ${arguments}[*index] and its value; moves *index to the last argument that it
 * took. */
static enum weft_status parse_option(int count, char **arguments, int *index,
                                     struct cli_options *options, struct weft_error *error) {
    const char *argument = arguments[*index], *text = strchr(argument, '=');
    size_t length = text != NULL ? (size_t)(text - argument) : strlen(argument), i = 0;
    const struct cli_option *option = NULL;
    char source[72];

    /* The row with this name. */
    if (strncmp(argument, "--", 2) == 0) {
        i = find(options->command, argument + 2, length - 2);
        option = cli_options_row(options->command, i);
    }
    if (option == NULL || i >= OPTIONS_MAX) {
        return cli_suggest_option(options->command, argument, error);
    }

    /* Its value: the text after =, or the next argument. "--out --epochs 3" is a missing value; a
     * value that begins with -- is written --out=--epochs. */
    snprintf(source, sizeof source, "--%s", option->name);
    if (option->type == CLI_OPTION_FLAG && text != NULL) {
        return error_set(error, WEFT_USAGE, "%s: it takes no value", source);
    }
    if (text != NULL) {
        text++;
    } else if (option->type != CLI_OPTION_FLAG) {
        if (*index + 1 >= count || strncmp(arguments[*index + 1], "--", 2) == 0) {
            return error_set(error, WEFT_USAGE, "%s: its value is missing", source);
        }
        text = arguments[++*index];
    }
    options->given |= (uint64_t)1 << i;
    return cli_option_set(option, text, source, options, error);
}

/* An option that is not given has the value of its variable, if that is set and not empty, else its
 * default. */
static enum weft_status set_rest(struct cli_options *options, struct weft_error *error) {
    const struct cli_option *option;
    for (size_t i = 0; (option = cli_options_row(options->command, i)) != NULL; i++) {
        const char *text = option->variable != NULL ? getenv(option->variable) : NULL;
        const char *source = option->variable;
        if ((options->given >> i & 1) != 0) {
            continue;
        }
        if (text == NULL || *text == '\0') {
            text = option->initial;
            source = option->name;
        }
        if (text != NULL) {
            TRY(cli_option_set(option, text, source, options, error));
        } else if (option->type == CLI_OPTION_CHOICE) {
            *(int *)((char *)options + option->offset) = -1;
        }
    }
    return WEFT_OK;
}

static enum weft_status parse_operand(char *argument, struct cli_options *options,
                                      struct weft_error *error) {
    const struct cli_command *command = options->command;
    bool several = command->operand == CLI_OPERAND_SEVERAL;
    if (command->operand == CLI_OPERAND_NONE || (options->operand_count > 0 && !several)) {
        error_set(error, WEFT_USAGE, "unexpected argument %s: weft %s takes %s", argument,
                  command->name, command->operand == CLI_OPERAND_NONE ? "none" : "only one");
        return error_hint(error, "options begin with --; weft help %s lists them", command->name);
    }
    if (*argument == '\0') {
        return error_set(error, WEFT_USAGE, "%s: it is empty", command->operand_name);
    }
    options->operands[options->operand_count++] = argument;
    return WEFT_OK;
}

enum weft_status cli_options_parse(const struct cli_command *command, int count, char **arguments,
                                   struct cli_options *options, struct weft_error *error) {
    bool ended = false;
    options->command = command;
    options->operands = arguments; /* there are never more than arguments that were read */
    for (int i = 0; i < count; i++) {
        char *argument = arguments[i];
        if (!ended && strcmp(argument, "--") == 0) {
            ended = true;
        } else if (!ended && strcmp(argument, "-h") == 0) {
            options->help = true;
        } else if (!ended && ((argument[0] == '-' && argument[1] != '\0') ||
                              cli_suggest_is_option(command, argument))) {
            TRY(parse_option(count, arguments, &i, options, error));
        } else {
            TRY(parse_operand(argument, options, error));
        }
    }
    if (options->help || options->version) {
        return WEFT_OK;
    }
    if (command->operand >= CLI_OPERAND_REQUIRED && options->operand_count == 0) {
        error_set(error, WEFT_USAGE, "%s is missing: weft %s needs one", command->operand_name,
                  command->name);
        return error_hint(error, "for example: %.*s", (int)strcspn(command->examples, "\n"),
                          command->examples);
    }
    return set_rest(options, error);
}

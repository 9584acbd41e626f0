/* parser.c: reads the command line, the environment and the defaults by the tables of a
 * command. */
#include "cli/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/suggest.h"

#define OPTIONS_MAX 64 /* of a command and common ones together: the bits of cli_options.given */

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

size_t cli_options_index(const struct cli_command *command, const struct cli_option *option) {
    return find(command, option->name, strlen(option->name));
}

bool cli_options_given(const struct cli_options *options, const char *name) {
    return (options->given >> find(options->command, name, strlen(name)) & 1) != 0;
}

/* ---- the command line ---- */

/* Returns the row of ${argument}, --NAME or --no-NAME of ${length} bytes. Stores
 * its index, and whether the option is turned off. NULL: there is none. */
static const struct cli_option *find_row(const struct cli_command *command, const char *argument,
                                         size_t length, size_t *index, bool *off) {
    const struct cli_option *row = NULL;
    *off = false;
    if (strncmp(argument, "--", 2) == 0) {
        *index = find(command, argument + 2, length - 2);
        row = cli_options_row(command, *index);
    }
    if (row == NULL && length > 5 && strncmp(argument, "--no-", 5) == 0) {
        *index = find(command, argument + 5, length - 5);
        row = cli_options_row(command, *index);
        *off = row != NULL && cli_option_negates(row);
        row = *off ? row : NULL;
    }
    return row;
}

/* Takes the option at ${arguments}[*index] and its value; moves *index to the last argument that it
 * took. */
static enum weft_status parse_option(int count, char **arguments, int *index,
                                     struct cli_options *options, struct weft_error *error) {
    const char *argument = arguments[*index], *text = strchr(argument, '=');
    size_t length = text != NULL ? (size_t)(text - argument) : strlen(argument), i = 0;
    bool off;
    const struct cli_option *option = find_row(options->command, argument, length, &i, &off);
    char source[72];

    if (option == NULL || i >= OPTIONS_MAX) {
        return cli_suggest_option(options->command, argument, error);
    }

    /* Its value: the text after =, or the next argument. "--out --epochs 3" is a missing value; a
     * value that begins with -- is written --out=--epochs. */
    snprintf(source, sizeof source, "--%s%s", off ? "no-" : "", option->name);
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
    return cli_option_set(option, off ? "no" : text, source, options, error);
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

/* options.c: arguments, environment and defaults, by the tables of a command. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64 /* of a command and common ones together */

/* Row ${index} of a command's own options followed by the common ones; NULL after the last. */
static const struct cli_option *row(const struct cli_command *command, size_t index) {
    const struct cli_option *own = command->options;
    while (own != NULL && own->name != NULL) {
        if (index == 0) {
            return own;
        }
        index--;
        own++;
    }
    for (const struct cli_option *common = cli_common_options; common->name != NULL; common++) {
        if (index == 0) {
            return common;
        }
        index--;
    }
    return NULL;
}

static const char *row_name(const void *context, size_t index) {
    const struct cli_option *option = row(context, index);
    return option != NULL ? option->name : NULL;
}

static enum weft_status unknown_option(const struct cli_command *command, const char *argument,
                                       size_t length, struct weft_error *error) {
    char name[64];
    const char *nearest;
    snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), argument);
    nearest = cli_nearest_find(name + strspn(name, "-"), row_name, command);
    weft_fail(error, WEFT_USAGE, "unknown option %s: weft %s does not have it", name,
              command->name);
    if (nearest != NULL) {
        return weft_error_hint(error, "did you mean --%s?", nearest);
    }
    return weft_error_hint(error, "weft help %s lists its options", command->name);
}

/* Takes the option at ${arguments}[*index] and its value; moves *index to the last argument it
 * took. */
static enum weft_status parse_option(const struct cli_command *command, int count,
                                     char *const *arguments, int *index, bool given[OPTIONS_MAX],
                                     struct cli_options *options, struct weft_error *error) {
    const char *argument = arguments[*index], *text = strchr(argument, '=');
    size_t length = text != NULL ? (size_t)(text - argument) : strlen(argument);
    const struct cli_option *option = NULL;
    char source[72];
    size_t i = 0;
    if (strncmp(argument, "--", 2) == 0) {
        while ((option = row(command, i)) != NULL &&
               !(strlen(option->name) == length - 2 &&
                 strncmp(option->name, argument + 2, length - 2) == 0)) {
            i++;
        }
    }
    if (option == NULL || i >= OPTIONS_MAX) {
        return unknown_option(command, argument, length, error);
    }
    snprintf(source, sizeof source, "--%s", option->name);
    if (option->type == CLI_OPTION_FLAG && text != NULL) {
        return weft_fail(error, WEFT_USAGE, "%s: it takes no value", source);
    }
    if (option->type != CLI_OPTION_FLAG && text == NULL) {
        /* "--out --epochs 3" is a forgotten value; a value that begins so is written
         * --out=--epochs. */
        if (*index + 1 >= count || strncmp(arguments[*index + 1], "--", 2) == 0) {
            return weft_fail(error, WEFT_USAGE, "%s: its value is missing", source);
        }
        text = arguments[++*index];
    } else if (text != NULL) {
        text++;
    }
    given[i] = true;
    if (options->given_count == CLI_GIVEN_MAX) {
        return weft_fail(error, WEFT_USAGE, "%s: more than %d options", source, CLI_GIVEN_MAX);
    }
    options->given[options->given_count++] = option;
    return cli_option_set(option, text, source, options, error);
}

/* An option that was not given has the value of its variable, if that is set and not empty, or else
 * its default. */
static enum weft_status set_rest(const struct cli_command *command, const bool given[OPTIONS_MAX],
                                 struct cli_options *options, struct weft_error *error) {
    const struct cli_option *option;
    for (size_t i = 0; i < OPTIONS_MAX && (option = row(command, i)) != NULL; i++) {
        const char *text = option->variable != NULL ? getenv(option->variable) : NULL;
        const char *source = option->variable;
        if (given[i]) {
            continue;
        }
        if (text == NULL || *text == '\0') {
            text = option->initial;
            source = option->name;
        }
        if (text != NULL) {
            enum weft_status status = cli_option_set(option, text, source, options, error);
            if (status != WEFT_OK) {
                return status;
            }
        } else if (option->type == CLI_OPTION_CHOICE) {
            *(int *)((char *)options + option->offset) = -1;
        }
    }
    return WEFT_OK;
}

static enum weft_status parse_operand(const struct cli_command *command, const char *argument,
                                      struct cli_options *options, struct weft_error *error) {
    bool several = command->operand == CLI_OPERAND_SEVERAL;
    if (command->operand == CLI_OPERAND_NONE || (options->operand != NULL && !several)) {
        weft_fail(error, WEFT_USAGE, "unexpected argument %s: weft %s takes %s", argument,
                  command->name, command->operand == CLI_OPERAND_NONE ? "none" : "only one");
        return weft_error_hint(error, "options begin with --; weft help %s lists them",
                               command->name);
    }
    if (*argument == '\0') {
        return weft_fail(error, WEFT_USAGE, "%s: it is empty", command->operand_name);
    }
    if (options->operand_count == CLI_OPERANDS_MAX) {
        return weft_fail(error, WEFT_USAGE, "%s: more than %d arguments", argument,
                         CLI_OPERANDS_MAX);
    }
    options->operand = options->operand != NULL ? options->operand : argument;
    options->operands[options->operand_count++] = argument;
    return WEFT_OK;
}

enum weft_status cli_options_parse(const struct cli_command *command, int count,
                                   char *const *arguments, struct cli_options *options,
                                   struct weft_error *error) {
    bool given[OPTIONS_MAX] = {false}, ended = false;
    enum weft_status status = WEFT_OK;
    *options = (struct cli_options){0};
    for (int i = 0; i < count && status == WEFT_OK; i++) {
        const char *argument = arguments[i];
        if (!ended && strcmp(argument, "--") == 0) {
            ended = true;
        } else if (!ended && strcmp(argument, "-h") == 0) {
            options->help = true;
        } else if (!ended && argument[0] == '-' && argument[1] != '\0') {
            status = parse_option(command, count, arguments, &i, given, options, error);
        } else {
            status = parse_operand(command, argument, options, error);
        }
    }
    if (status != WEFT_OK || options->help || options->version) {
        return status;
    }
    if (command->operand >= CLI_OPERAND_REQUIRED && options->operand == NULL) {
        weft_fail(error, WEFT_USAGE, "%s is missing: weft %s needs one", command->operand_name,
                  command->name);
        return weft_error_hint(error, "for example: %s", command->example);
    }
    return set_rest(command, given, options, error);
}

bool cli_options_given(const struct cli_options *options, const char *name) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (strcmp(options->given[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

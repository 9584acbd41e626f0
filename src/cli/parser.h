/* parser.h: reads the options and operands of a command. */
#ifndef WEFT_CLI_PARSER_H
#define WEFT_CLI_PARSER_H

#include "cli/command.h"

/* Fills ${options}, the first member of the command's struct, which is all zero, from
 * ${arguments} (without program and command), the environment and the defaults; the first of these
 * that has a value wins. Options are --name value, --name=value, or --flag; -- ends them; the last
 * of two wins. Texts point into ${arguments}, whose pointers are moved, and into the environment.
 * With --help or --version, operands may be missing. Fails with WEFT_USAGE. */
enum weft_status cli_options_parse(const struct cli_command *command, int count, char **arguments,
                                   struct cli_options *options, struct weft_error *error);

/* Returns row ${index} of a command's own options followed by the common ones; NULL after the
 * last. */
const struct cli_option *cli_options_row(const struct cli_command *command, size_t index);

/* Returns the row of the option ${name}; NULL if there is none. */
const struct cli_option *cli_options_find(const struct cli_command *command, const char *name);

/* Returns whether the option ${name} is on the command line. */
bool cli_options_given(const struct cli_options *options, const char *name);

/* Stores ${text} as the value of ${option}; of a flag NULL is true, and "no" is false. ${source}
 * names the origin of the text in a message: "--batch". */
enum weft_status cli_option_set(const struct cli_option *option, const char *text,
                                const char *source, struct cli_options *options,
                                struct weft_error *error);

/* Returns the value that ${option} has in ${options}, as a user would write it, perhaps in
 * ${number}; NULL for a flag and for a choice without a value. */
const char *cli_option_text(const struct cli_option *option, const struct cli_options *options,
                            char number[64]);

/* Reads the number at the start of ${text}, from ${low} to ${high}, into ${value}. Returns what
 * follows it; NULL: there is no such number. */
const char *cli_option_float(const char *text, float low, float high, float *value);

/* Reads ${text} as an integer from ${least} to ${most}. Fails with WEFT_USAGE. */
enum weft_status cli_option_count(const char *text, uint64_t least, uint64_t most,
                                  const char *source, uint64_t *value, struct weft_error *error);

/* Returns the index of ${option} of ${command}, as of cli_options_row. */
size_t cli_options_index(const struct cli_command *command, const struct cli_option *option);

/* Returns whether ${option} has its default in ${options}. */
bool cli_option_is_default(const struct cli_option *option, const struct cli_options *options);

/* Adds the value of ${option} to the object that is open, under its name with underscores: null for
 * a text or a choice without a value. */
void cli_option_json(struct json_writer *json, const struct cli_option *option,
                     const struct cli_options *options);

#endif

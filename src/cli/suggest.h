/* suggest.h: what a user may have meant by an option, a number or a choice that weft does not
 * take. */
#ifndef WEFT_CLI_SUGGEST_H
#define WEFT_CLI_SUGGEST_H

#include "cli/command.h"

/* Fails with WEFT_USAGE, since ${command} has no option ${argument}; a hint names those that it
 * has and that were probably meant, or the commands that have the option. */
enum weft_status cli_suggest_option(const struct cli_command *command, const char *argument,
                                    struct weft_error *error);

/* Returns whether ${argument}, which does not begin with "-", is meant as an option of ${command}:
 * it begins with a dash of another kind, or is "epochs=5" where the command has no operands. */
bool cli_suggest_is_option(const struct cli_command *command, const char *argument);

/* Adds a hint how to write the number ${text} for ${option}, if it is one with a decimal comma,
 * separators of thousands, an exponent, or a suffix. Returns the status of ${error}. */
enum weft_status cli_suggest_number(const struct cli_option *option, const char *text,
                                    struct weft_error *error);

/* Writes the list of numbers ${text} into ${plain} with points in place of decimal commas:
 * "0.1,0.2" for "0,1,0,2". Returns false if that cannot be meant: a number without a fraction, or
 * another character than digits, minus and comma. */
bool cli_suggest_points(const char *text, char plain[64]);

/* Adds a hint which of the choices of ${option} ${text} may be. Returns the status of ${error}. */
enum weft_status cli_suggest_choice(const struct cli_option *option, const char *text,
                                    struct weft_error *error);

#endif

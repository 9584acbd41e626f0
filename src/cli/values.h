/* values.h: the value of an option as text, and as a number. */
#ifndef WEFT_CLI_VALUES_H
#define WEFT_CLI_VALUES_H

#include "cli/options.h"

/* Stores ${text} as the value of ${option}. ${source} names the origin of the text in a message:
 * "--batch". */
enum weft_status cli_option_set(const struct cli_option *option, const char *text,
                                const char *source, struct cli_options *options,
                                struct weft_error *error);

/* Returns the value that ${option} has in ${options}, as a user would write it, perhaps in
 * ${number}; NULL for a flag and for a choice without a value. */
const char *cli_option_text(const struct cli_option *option, const struct cli_options *options,
                            char number[64]);

/* Reads ${text} as an integer from ${least} to ${most}. Fails with WEFT_USAGE. */
enum weft_status cli_option_count(const char *text, uint64_t least, uint64_t most,
                                  const char *source, uint64_t *value, struct weft_error *error);

#endif

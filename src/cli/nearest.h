/* nearest.h: which word of weft a user of other programs may have meant. */
#ifndef WEFT_CLI_NEAREST_H
#define WEFT_CLI_NEAREST_H

#include <stddef.h>

/* Copies the name of an option from ${argument} as weft would write it: without dashes of any kind
 * before it and a value after it, in lower case, with - for _. */
void cli_nearest_normalise(const char *argument, char name[64]);

/* Returns the number of bytes of the dash, of any kind, at ${text}; 0 for another character. */
size_t cli_nearest_dash(const char *text);

/* Returns suggestion ${index} for the option ${name} of other programs, such as "device cpu" for
 * "cpu", or "" for an operand; NULL after the last. Not every command has the suggested option. */
const char *cli_nearest_option(const char *name, size_t index);

/* Returns weft's command that does what ${name} does in other programs, or NULL. */
const char *cli_nearest_command(const char *name);

#endif

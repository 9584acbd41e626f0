/* nearest.h: which word of weft a user may have meant. */
#ifndef WEFT_CLI_NEAREST_H
#define WEFT_CLI_NEAREST_H

#include <stddef.h>

/* Returns the number of edits (insert, delete or replace a letter, swap two neighbours) from ${a}
 * to ${b}; only the first 64 letters count. */
size_t cli_nearest_distance(const char *a, const char *b);

/* Returns the candidate nearest to ${word} if it is close enough for a typing error, else NULL.
 * ${next}(context, i) returns candidate i, NULL after the last. */
const char *cli_nearest_find(const char *word,
                             const char *(*next)(const void *context, size_t index),
                             const void *context);

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

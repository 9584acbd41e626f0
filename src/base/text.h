/* text.h: a text that grows, and numbers and strings as they are written into it. */
#ifndef WEFT_NETWORK_TEXT_H
#define WEFT_NETWORK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "weft/error.h"

/* Start with all zero. ${bytes} ends with a zero once something has been added. */
struct text {
    char *bytes;
    size_t length, capacity;
    bool failed; /* there was no memory: further additions do nothing */
};

/* Adds the text formatted from ${format}, of any length. Not for floats: their point follows the locale. */
void text_add(struct text *text, const char *format, ...) WEFT_PRINTF(2, 3);

/* Adds the finite ${value} in the fewest digits that read back to the same float, with a point in every locale. */
void text_add_float(struct text *text, float value);

/* Adds ${digits} as printf writes a number, with '.' for its point, which a locale may write as ',' or in several bytes. */
void text_add_digits(struct text *text, const char *digits);

/* Adds ${string} (UTF-8) as a JSON string, quotes included. */
void text_add_json(struct text *text, const char *string);

/* Returns the text, which the caller frees, and leaves ${text} empty; NULL if there was no memory. */
char *text_take(struct text *text);

/* Copies ${string} into ${shown} for a message: cut to fit, and every byte that is no printable ASCII as '?', since it may
 * come from a file. Returns ${shown}. */
const char *text_printable(const char *string, char shown[80]);

#endif

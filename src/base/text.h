/* text.h: a text that grows in memory.
 *
 * Start with all zero. A failed allocation is remembered: only text_take reports it, so the calls
 * before it need no check. */
#ifndef WEFT_BASE_TEXT_H
#define WEFT_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct text {
    char *bytes; /* ends with a zero once something has been added */
    size_t length, capacity;
    bool failed; /* there was no memory: further additions do nothing */
};

/* Adds ${count} ${bytes}. */
void text_add_bytes(struct text *text, const char *bytes, size_t count);

/* Adds the text formatted from ${format}, of any length. Floats are written by numbers.h, since
 * printf writes their point as the locale does. */
void text_add(struct text *text, const char *format, ...) PRINTF_FORMAT(2, 3);
void text_add_list(struct text *text, const char *format, va_list arguments) PRINTF_FORMAT(2, 0);

/* Returns the text, which the caller frees, and leaves ${text} empty. Returns NULL when there was
 * no memory. */
char *text_take(struct text *text);

/* Returns a copy of ${string}, which the caller frees, or NULL when there was no memory. */
char *text_copy(const char *string);

/* Returns a copy of ${count} ${strings}, with NULL after the last, in one piece of memory that the
 * caller frees; NULL when there was no memory. */
char **text_copy_list(const char *const *strings, size_t count);

/* Copies ${string}, which may come from a file, into ${shown} for a message: cut to fit, with '?'
 * for each byte that is not printable ASCII. Returns ${shown}. */
const char *text_printable(const char *string, char shown[80]);

#endif

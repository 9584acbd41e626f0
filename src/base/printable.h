/* printable.h: text from outside (file names, tensor names, device names, build logs) in messages.
 *
 * Such a text may contain escape sequences, line breaks and characters that change the order of
 * others. Each of these characters is shown by its number instead: \n, \t, \x1b, \u202e. */
#ifndef WEFT_BASE_PRINTABLE_H
#define WEFT_BASE_PRINTABLE_H

#include <stdarg.h>
#include <stddef.h>

#include "base/format.h"

/* Formats as vsnprintf does, with every string (%s) and character (%c) among ${arguments} made
 * printable; ${format} is copied as it is. A precision counts bytes of the original string, a width
 * counts characters, and neither cuts a character of UTF-8. Returns the length of the complete
 * text. Supports the flags - and 0, and the conversions d i u x c s p f e g a. */
size_t printable_format(char *buffer, size_t size, const char *format, va_list arguments)
    PRINTF_FORMAT(3, 0);

/* As printable_format, as snprintf. */
size_t printable_print(char *buffer, size_t size, const char *format, ...) PRINTF_FORMAT(3, 4);

/* Copies ${text} made printable, but with its line breaks, each followed by ${indent}, and with
 * four spaces for a tab. Returns the length of the complete text. With four spaces as ${indent}, no
 * line from outside looks like a message of weft. */
size_t printable_lines(char *buffer, size_t size, const char *text, const char *indent);

#endif

/* utf8.h: UTF-8 in names, which come from files and may be anything. */
#ifndef WEFT_REPORT_UTF8_H
#define WEFT_REPORT_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Reads the character at ${text} (not its closing zero) into ${code}. Returns its bytes, 1 to 4. What is no UTF-8 is read as
 * U+FFFD, one byte at a time: overlong forms, surrogates and what lies above U+10FFFF too. */
size_t utf8_next(const char *text, uint32_t *code);

/* Writes ${code} as UTF-8 with a closing zero into ${text}. Returns its bytes. */
size_t utf8_put(uint32_t code, char text[5]);

/* utf8_width.c: columns of a terminal that ${code} takes: 0 for marks that stand over the letter before, 2 for East Asian wide ones and
 * pictures, else 1. */
int utf8_columns(uint32_t code);

/* Prints ${text}, at most ${columns} wide, its end replaced by "..." where it is longer; control characters become spaces. Pads
 * with spaces to ${columns}, on the left when ${right}. */
void utf8_print(FILE *out, const char *text, int columns, int right);

/* The columns of a whole ${text}. */
int utf8_width(const char *text);

/* Prints ${text} as it may stand in XML and HTML, in attributes too: the five special characters escaped, control characters
 * as spaces, what is no character as U+FFFD. */
void utf8_markup(FILE *out, const char *text);

#endif

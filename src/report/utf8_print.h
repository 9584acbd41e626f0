/* utf8_print.h: names in UTF-8 on a terminal and in markup. */
#ifndef WEFT_REPORT_UTF8_PRINT_H
#define WEFT_REPORT_UTF8_PRINT_H

#include <stdint.h>
#include <stdio.h>

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

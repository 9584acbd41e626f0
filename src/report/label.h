/* label.h: short texts in UTF-8, such as names of classes, in a terminal and in markup. They may
 * come from a file, so any bytes are printed safely. */
#ifndef WEFT_REPORT_LABEL_H
#define WEFT_REPORT_LABEL_H

#include <stdbool.h>
#include <stdio.h>

/* Returns the columns of a terminal that ${text} takes. */
int label_width(const char *text);

/* Prints ${text}, at most ${columns} wide: the end of a longer one is replaced by "...". Control
 * characters become spaces. Pads with spaces to ${columns}, on the left if ${right}. */
void label_print(FILE *out, const char *text, int columns, bool right);

/* Prints ${before}, ${text} and ${after}. ${text} is made safe for XML and HTML, in attributes
 * too: the five special characters are escaped, control characters become spaces, and what is no
 * character becomes U+FFFD. */
void label_markup(FILE *out, const char *before, const char *text, const char *after);

#endif

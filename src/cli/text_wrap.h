/* text_wrap.h: lines that fit the terminal. Where stdout is no terminal, lines keep their length,
 * for scripts. */
#ifndef WEFT_CLI_TEXT_WRAP_H
#define WEFT_CLI_TEXT_WRAP_H

#include "base/error.h"

/* Returns the columns of stdout's terminal; INT_MAX where it is no terminal. */
int cli_text_columns(void);

/* Prints ${text} in lines of at most ${width} characters, continuation lines indented by ${indent};
 * the first line begins after ${used} characters. Single newlines count as spaces; an empty line,
 * and a line that begins with "- ", are kept. Ends with a newline. */
void cli_text_wrap(const char *text, int used, int indent, int width);

/* Prints a line on stdout; wrapped where it is wider than the terminal, with continuation lines
 * indented by ${indent}. */
void cli_text_line(int indent, const char *format, ...) PRINTF_FORMAT(2, 3);

#endif

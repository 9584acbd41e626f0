/* terminal.h: the standard streams and the terminal. */
#ifndef WEFT_OS_TERMINAL_H
#define WEFT_OS_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Makes writing to a closed pipe, to a stream that was closed when the program started, or beyond
 * the limit of file sizes (ulimit -f) an error of that call: the process does not end silently, and
 * no text gets into another file. main calls it first. */
void os_guard_streams(void);

bool os_is_terminal(FILE *stream);

/* Returns whether ${stream} is a terminal that can overwrite its last line: TERM is not "dumb". */
bool os_can_redraw(FILE *stream);

/* Returns the width of the terminal ${stream}, or 80 if it is unknown. COLUMNS overrides it: shells
 * do not export it, so a user who exports it wants that width. */
int os_terminal_columns(FILE *stream);

/* Returns the width that the system reports, or 0 if it is unknown. */
int os_window_columns(FILE *stream);

/* Returns the columns of a terminal that the character ${code} (Unicode) takes: 0 for a mark above
 * another character, 2 for a wide East Asian character or an emoji, else 1. Returns 1 if the system
 * does not know. Not for use by several threads at once. */
int os_character_columns(uint32_t code);

#endif

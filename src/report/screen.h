/* screen.h: what a terminal can show. */
#ifndef WEFT_REPORT_SCREEN_H
#define WEFT_REPORT_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct screen {
    int columns;
    bool colour;     /* 256 colours by escape sequences */
    bool truecolour; /* 24 bits */
    bool utf8;
};

/* Returns stdout as a screen: with colours only on a terminal, without NO_COLOR, and where TERM is
 * not "dumb". If stdout is no terminal, it has ${columns} columns. */
struct screen screen_of_stdout(int columns);

/* Begins and ends a cell whose background shows ${share}, from 0 to 1. Without colour they print
 * nothing. */
void screen_begin_cell(FILE *out, const struct screen *screen, double share);
void screen_end_cell(FILE *out, const struct screen *screen);

#endif

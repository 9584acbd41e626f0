/* screen.h: what a terminal can show, and all text that is printed on it.
 *
 * Texts from outside (names in files, paths, names of devices, build logs) may contain escape
 * sequences and line breaks. Only the functions of this file print on stdout and stderr (tools/
 * maintain/includes checks it), and they show such characters by their numbers, as
 * base/printable.h. On a terminal whose locale is not UTF-8, they print only ASCII. */
#ifndef WEFT_REPORT_SCREEN_H
#define WEFT_REPORT_SCREEN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* Prints on stdout, or on ${out}, as printf does, with all strings among the arguments made
 * printable. The line breaks of ${format} are kept. */
void screen_print(const char *format, ...) PRINTF_FORMAT(1, 2);
void screen_print_to(FILE *out, const char *format, ...) PRINTF_FORMAT(2, 3);
void screen_print_list(FILE *out, const char *format, va_list arguments) PRINTF_FORMAT(2, 0);

/* Prints ${before}, ${text} with its line breaks, and a line break. Other control characters of
 * ${text} are shown by their numbers: for messages of struct weft_error. */
void screen_print_lines(FILE *out, const char *before, const char *text);

/* Prints ${text}, a constant of the program, on stdout as it is. */
void screen_print_constant(const char *text);

/* Prints ${text}, which is JSON, and a line break on stdout, and flushes it. */
void screen_print_json(const char *text);

/* Flushes stdout. Returns 0 if it took all that was printed so far, else the errno value of the
 * first write that failed: the later ones do not have its reason. */
int screen_flush(void);

/* Overwrites the last line of the terminal ${out} by the first ${columns} characters of ${line}. */
void screen_redraw(FILE *out, int columns, const char *line);

struct screen {
    int columns;
    bool colour;     /* 256 colours by escape sequences */
    bool truecolour; /* 24 bits */
    bool utf8;
};

/* Returns stdout as a screen: with colours only on a terminal, without NO_COLOR, and where TERM is
 * not "dumb". If stdout is no terminal, it has ${columns} columns. */
struct screen screen_of_stdout(int columns);

/* Begins a cell whose background shows ${share}, from 0 to 1. Without colour it prints nothing. */
void screen_begin_cell(FILE *out, const struct screen *screen, double share);

/* Begins a cell whose upper half, the letter of U+2580, and lower half are grey. */
void screen_begin_halves(FILE *out, const struct screen *screen, uint8_t upper, uint8_t lower);

/* Ends the colours of a cell. */
void screen_end_cell(FILE *out, const struct screen *screen);

#endif

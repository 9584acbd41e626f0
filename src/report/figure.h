/* figure.h: what a person looks at: matrices, curves and images, on a canvas or in a terminal. */
#ifndef WEFT_REPORT_FIGURE_H
#define WEFT_REPORT_FIGURE_H

#include "report/canvas.h"
#include "report/report.h"

/* A confusion matrix to be drawn. */
struct matrix {
    const struct weft_evaluation *evaluation;
    const char *const *names; /* a name a class */
    const char *title;
    bool normalize; /* shares of each row with four places in place of counts */
};

/* The value of a cell: the count, or the share of its row (0 where the row is empty). */
double matrix_value(const struct matrix *matrix, size_t row, size_t column);

/* The largest of them, at least a little above 0. */
double matrix_most(const struct matrix *matrix);

/* figure_confusion.c: draws ${matrix}: blue cells, true classes as rows, turned names below, a colour bar. The sheet's size
 * follows from the number of classes and the lengths of names. From 21 classes on empty cells have no 0. */
void figure_confusion(struct canvas *canvas, const struct matrix *matrix);

/* figure_curves.c: the distance of ticks on an axis from 0 to ${most}, a 1, 2 or 5 with zeros: at most ${count} of them. */
double figure_tick(double most, double count);

/* The course of a training. */
struct curves {
    const struct cli_history *history;
    size_t epochs;
    const struct cli_step *steps; /* may be none */
    size_t step_count;
};

/* figure_curves.c: draws loss and accuracy by epoch, by step and of held-out images: one panel each, side by side. */
void figure_curves(struct canvas *canvas, const struct curves *curves);

/* One panel of that figure alone, loss or accuracy, the meaning of its lines below each other: for pages of any width. */
void figure_curve(struct canvas *canvas, const struct curves *curves, bool accuracy);

/* figure_samples.c: images to be shown with what stands under them. */
struct gallery {
    const uint8_t *pixels; /* count x height x width */
    size_t count, height, width;
    const char *const *labels; /* count */
};

/* Draws ${gallery}, 20 a row. */
void figure_samples(struct canvas *canvas, const struct gallery *gallery);

/* What a terminal can show, and how wide it is. */
struct cli_screen {
    int columns;
    bool colour;     /* 256 colours by escape sequences */
    bool truecolour; /* 24 bits */
    bool utf8;
};

/* screen_confusion.c: prints the matrix as a heat map: the table of report_confusion with blue cells on a screen with colour;
 * where the table is wider than the screen, shares of each row in percent. */
void screen_confusion(FILE *out, const struct cli_screen *screen, const struct matrix *matrix);

/* screen_cell.c: begins and ends a cell whose background shows ${share} of 0 to 1; nothing without colour. */
void screen_begin_cell(FILE *out, const struct cli_screen *screen, double share);
void screen_end_cell(FILE *out, const struct cli_screen *screen);

/* confusion.c: report_confusion on a screen of any width, and the columns that it takes. */
void report_confusion_on(FILE *out, const struct cli_screen *screen, const struct matrix *matrix);
int report_confusion_columns(const struct weft_evaluation *evaluation, const char *const *names);

/* screen_samples.c: prints ${gallery}, as many side by side as fit: half-block characters on a screen with colour and UTF-8,
 * else letters as shades. Fails with WEFT_FAILED without memory. */
enum weft_status screen_samples(FILE *out, const struct cli_screen *screen,
                                const struct gallery *gallery, struct weft_error *error);

#endif

/* figures.h: a confusion matrix, and the curves of a training, as figures. */
#ifndef WEFT_REPORT_FIGURES_H
#define WEFT_REPORT_FIGURES_H

#include "report/canvas.h"
#include "report/confusion.h"
#include "report/csv.h"

/* Draws ${matrix}: blue cells, true classes as rows, slanted names below, a colour bar. Shares have
 * four decimals. The size of the sheet follows from the number of classes and the lengths of their
 * names. From 21 classes on, an empty cell shows no 0. */
void figure_confusion(struct canvas *canvas, const struct confusion_matrix *matrix);

struct curves {
    const struct report_epoch *history;
    size_t epochs;
    const struct report_step *steps; /* NULL if there are none */
    size_t step_count;
};

/* Draws loss and accuracy by epoch, by step and of held-out images, in two panels. */
void figure_curves(struct canvas *canvas, const struct curves *curves);

/* Draws one panel of that figure, loss or accuracy, with its legend in one column: for pages of any
 * width. */
void figure_curve(struct canvas *canvas, const struct curves *curves, bool accuracy);

#endif

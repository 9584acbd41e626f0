/* figure_confusion.h: a confusion matrix as a figure. */
#ifndef WEFT_REPORT_FIGURE_CONFUSION_H
#define WEFT_REPORT_FIGURE_CONFUSION_H

#include "report/canvas.h"
#include "report/confusion.h"

/* Draws ${matrix}: blue cells, true classes as rows, slanted names below, a colour bar. Shares have
 * four decimals. The size of the sheet follows from the number of classes and the lengths of their
 * names. From 21 classes on, an empty cell shows no 0. */
void figure_confusion(struct canvas *canvas, const struct confusion_matrix *matrix);

#endif

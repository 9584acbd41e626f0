/* figure_curves.h: loss and accuracy of a training as a figure. */
#ifndef WEFT_REPORT_FIGURE_CURVES_H
#define WEFT_REPORT_FIGURE_CURVES_H

#include "report/canvas.h"
#include "report/csv.h"

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

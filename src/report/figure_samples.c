/* figure_samples.c: images in a grid, 20 a row as the notebook has them, what they show below each. */
#include "report/figure.h"

enum { ROW = 20 };

#define SIDE   56.0 /* of an image */
#define GAP    8.0
#define LABEL  16.0 /* height of the words below */
#define EDGE   12.0
#define LETTER 9.0

void figure_samples(struct canvas *canvas, const struct gallery *gallery) {
    size_t columns = gallery->count < ROW ? gallery->count : ROW;
    size_t rows = (gallery->count + ROW - 1) / ROW;
    canvas_begin(canvas, 2 * EDGE + (double)columns * (SIDE + GAP) - GAP,
                 2 * EDGE + (double)rows * (SIDE + LABEL + GAP) - GAP);
    for (size_t i = 0; i < gallery->count; i++) {
        double x = EDGE + (double)(i % ROW) * (SIDE + GAP);
        double y = EDGE + (double)(i / ROW) * (SIDE + LABEL + GAP);
        struct canvas_words_style words = {.x = x + SIDE / 2,
                                           .y = y + SIDE + 12,
                                           .size = LETTER,
                                           .anchor = ANCHOR_MIDDLE,
                                           .colour = CANVAS_INK};
        canvas->kind->picture(canvas, x, y, SIDE, SIDE,
                              gallery->pixels + i * gallery->height * gallery->width,
                              gallery->width, gallery->height);
        canvas_words(canvas, &words, SIDE + GAP - 2, gallery->labels[i]);
    }
}

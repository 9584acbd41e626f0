/* gallery.c: images in a grid, in a figure and in a terminal. */
#include "report/gallery.h"

#include <stdlib.h>

#include "report/label.h"
#include "report/scale.h"
#include "report/screen.h"

enum {
    ROW = 20, /* images in a row of a figure, as in the published notebook */
    /* In a terminal: the side of an image in columns, and the images that should fit in a row. */
    SIDE_MAX = 28,
    SIDE_MIN = 14,
    SIDE_BY_SIDE = 4
};

#define SIDE   56.0 /* of an image */
#define GAP    8.0
#define LABEL  16.0 /* height of a label */
#define EDGE   12.0
#define LETTER 9.0

void gallery_draw(struct canvas *canvas, const struct gallery *gallery) {
    size_t columns = gallery->count < ROW ? gallery->count : ROW;
    size_t rows = (gallery->count + ROW - 1) / ROW;
    canvas_begin(canvas, 2 * EDGE + (double)columns * (SIDE + GAP) - GAP,
                 2 * EDGE + (double)rows * (SIDE + LABEL + GAP) - GAP);
    for (size_t i = 0; i < gallery->count; i++) {
        double x = EDGE + (double)(i % ROW) * (SIDE + GAP);
        double y = EDGE + (double)(i / ROW) * (SIDE + LABEL + GAP);
        struct canvas_text_style style = {.x = x + SIDE / 2,
                                          .y = y + SIDE + 12,
                                          .size = LETTER,
                                          .anchor = ANCHOR_MIDDLE,
                                          .colour = CANVAS_INK};
        canvas->kind->image(canvas, x, y, SIDE, SIDE,
                            gallery->pixels + i * gallery->height * gallery->width, gallery->width,
                            gallery->height);
        canvas_text(canvas, &style, SIDE + GAP - 2, gallery->labels[i]);
    }
}

/* Returns the width of an image: its own if SIDE_BY_SIDE fit, less on a narrow terminal, but never
 * too small to recognise. */
static size_t side_of(const struct screen *screen, size_t width) {
    int fits = (screen->columns + 1) / SIDE_BY_SIDE - 1;
    size_t side = fits > SIDE_MAX ? SIDE_MAX : fits < SIDE_MIN ? SIDE_MIN : (size_t)fits;
    side = side < width ? side : width;
    return side - side % 2;
}

/* Prints rows ${row} and ${row} + 1 of an image as a line of characters. */
static void print_line(FILE *out, const struct screen *screen, const uint8_t *pixels, size_t side,
                       size_t row) {
    static const char shades[] = " .:-=+*#%@";
    const uint8_t *upper = pixels + row * side, *lower = upper + side;
    for (size_t x = 0; x < side; x++) {
        if (screen->colour && screen->utf8) {
            /* A character that is two pixels high: the upper half has the colour of the letter. */
            screen_begin_halves(out, screen, upper[x], lower[x]);
            screen_print_to(out, "\xe2\x96\x80");
        } else {
            screen_print_to(out, "%c", shades[(upper[x] + lower[x]) * 9 / 510]);
        }
    }
    if (screen->utf8) {
        screen_end_cell(out, screen);
    }
}

/* Prints the small images ${first} .. ${end} - 1 side by side, then their labels. */
static void print_band(FILE *out, const struct screen *screen, const struct gallery *gallery,
                       const uint8_t *small, size_t side, size_t first, size_t end) {
    for (size_t row = 0; row < side; row += 2) {
        for (size_t i = first; i < end; i++) {
            print_line(out, screen, small + i * side * side, side, row);
            screen_print_to(out, i + 1 < end ? " " : "\n");
        }
    }
    for (size_t i = first; i < end; i++) {
        label_print(out, gallery->labels[i], (int)side, 0);
        screen_print_to(out, i + 1 < end ? " " : "\n\n");
    }
}

enum weft_status gallery_print(FILE *out, const struct screen *screen,
                               const struct gallery *gallery, struct weft_error *error) {
    size_t side = side_of(screen, gallery->width), area = gallery->height * gallery->width;
    size_t in_row = (size_t)(screen->columns + 1) / (side + 1);
    uint8_t *small = malloc(gallery->count * side * side + 1);
    if (small == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", gallery->count);
    }
    for (size_t i = 0; i < gallery->count; i++) {
        scale_bytes(gallery->pixels + i * area, gallery->width, gallery->height,
                    small + i * side * side, side, side);
    }
    in_row = in_row > 0 ? in_row : 1;
    for (size_t first = 0; first < gallery->count; first += in_row) {
        size_t end = first + in_row < gallery->count ? first + in_row : gallery->count;
        print_band(out, screen, gallery, small, side, first, end);
    }
    free(small);
    return WEFT_OK;
}

/* gallery.c: images in a grid, in a figure and in a terminal. */
#include "report/gallery.h"

#include <stdlib.h>

#include "report/label.h"
#include "report/scale.h"
#include "report/screen.h"

enum {
    ROW = 20, /* images in a row of a figure, as in the published notebook */
    /* In a terminal: the longer side of an image in columns, of a small image too, so that its
     * label can be read; and the images that should fit in a row. */
    SIDE_MAX = 28,
    SIDE_MIN = 14,
    SIDE_SMALL = 8,
    SIDE_BY_SIDE = 4
};

#define SIDE   56.0 /* of an image */
#define GAP    8.0
#define LABEL  16.0 /* height of a label */
#define EDGE   12.0
#define LETTER 9.0

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

void gallery_draw(struct canvas *canvas, const struct gallery *gallery) {
    size_t columns = gallery->count < ROW ? gallery->count : ROW;
    size_t rows = (gallery->count + ROW - 1) / ROW;
    const size_t longer = larger(gallery->width, gallery->height);
    const double wide = SIDE * (double)gallery->width / (double)longer;
    const double high = SIDE * (double)gallery->height / (double)longer;
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
        canvas->kind->image(canvas, x + (SIDE - wide) / 2, y + (SIDE - high) / 2, wide, high,
                            gallery->pixels + i * gallery->height * gallery->width, gallery->width,
                            gallery->height);
        canvas_text(canvas, &style, SIDE + GAP - 2, gallery->labels[i]);
    }
}

/* The size of an image in a terminal: even numbers of columns and of rows of pixels, in a square of
 * ${side} columns. */
struct shape {
    size_t side, columns, rows;
};

/* Returns ${length} x ${part} / ${whole} as an even number, at least 2. */
static size_t even_share(size_t length, size_t part, size_t whole) {
    return larger(length * part / whole / 2 * 2, 2);
}

/* Returns the size of the images: their own if SIDE_BY_SIDE fit, less on a narrow terminal, but
 * never too small to recognise. */
static struct shape shape_of(const struct screen *screen, const struct gallery *gallery) {
    const size_t longer = larger(gallery->width, gallery->height);
    int fits = (screen->columns + 1) / SIDE_BY_SIDE - 1;
    size_t side = fits > SIDE_MAX ? SIDE_MAX : fits < SIDE_MIN ? SIDE_MIN : (size_t)fits;
    side = even_share(larger(side < longer ? side : longer, SIDE_SMALL), 1, 1);
    return (struct shape){side, even_share(side, gallery->width, longer),
                          even_share(side, gallery->height, longer)};
}

/* Prints rows ${row} and ${row} + 1 of an image as a line of characters. */
static void print_line(FILE *out, const struct screen *screen, const uint8_t *pixels,
                       struct shape shape, size_t row) {
    static const char shades[] = " .:-=+*#%@";
    const uint8_t *upper = pixels + row * shape.columns, *lower = upper + shape.columns;
    for (size_t x = 0; x < shape.columns; x++) {
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
    screen_print_to(out, "%*s", (int)(shape.side - shape.columns), "");
}

/* Prints the small images ${first} .. ${end} - 1 side by side, then their labels. */
static void print_band(FILE *out, const struct screen *screen, const struct gallery *gallery,
                       const uint8_t *small, struct shape shape, size_t first, size_t end) {
    for (size_t row = 0; row < shape.rows; row += 2) {
        for (size_t i = first; i < end; i++) {
            print_line(out, screen, small + i * shape.rows * shape.columns, shape, row);
            screen_print_to(out, i + 1 < end ? " " : "\n");
        }
    }
    for (size_t i = first; i < end; i++) {
        label_print(out, gallery->labels[i], (int)shape.side, 0);
        screen_print_to(out, i + 1 < end ? " " : "\n\n");
    }
}

enum weft_status gallery_print(FILE *out, const struct screen *screen,
                               const struct gallery *gallery, struct weft_error *error) {
    const struct shape shape = shape_of(screen, gallery);
    const size_t area = gallery->height * gallery->width, size = shape.rows * shape.columns;
    size_t in_row = (size_t)(screen->columns + 1) / (shape.side + 1);
    uint8_t *small = malloc(gallery->count * size + 1);
    if (small == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", gallery->count);
    }
    for (size_t i = 0; i < gallery->count; i++) {
        scale_bytes(gallery->pixels + i * area, gallery->width, gallery->height, small + i * size,
                    shape.columns, shape.rows);
    }
    in_row = in_row > 0 ? in_row : 1;
    for (size_t first = 0; first < gallery->count; first += in_row) {
        size_t end = first + in_row < gallery->count ? first + in_row : gallery->count;
        print_band(out, screen, gallery, small, shape, first, end);
    }
    free(small);
    return WEFT_OK;
}

/* screen_samples.c: images in a terminal. A character is two pixels high: the upper half of it has the colour of the letter,
 * the lower half the background's. */
#include "report/figure.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "report/scale.h"

enum { SIDE_MAX = 28, SIDE_MIN = 14, SIDE_BY_SIDE = 4 };

/* How wide an image is: its own width where four fit side by side, less on a narrow terminal, but never too small to see. */
static size_t side_of(const struct cli_screen *screen, size_t width) {
    int fits = (screen->columns + 1) / SIDE_BY_SIDE - 1;
    size_t side = fits > SIDE_MAX ? SIDE_MAX : fits < SIDE_MIN ? SIDE_MIN : (size_t)fits;
    side = side < width ? side : width;
    return side - side % 2;
}

/* Both halves of a character as greys. */
static void print_halves(FILE *out, const struct cli_screen *screen, uint8_t upper, uint8_t lower) {
    if (screen->truecolour) {
        fprintf(out, "\x1b[38;2;%u;%u;%u;48;2;%u;%u;%um", upper, upper, upper, lower, lower, lower);
    } else {
        /* 24 greys from 232 on, 8 to 238 */
        fprintf(out, "\x1b[38;5;%d;48;5;%dm", 232 + upper * 23 / 255, 232 + lower * 23 / 255);
    }
    fputs("\xe2\x96\x80", out);
}

/* One line of characters of one image: its rows ${row} and ${row} + 1. */
static void print_line(FILE *out, const struct cli_screen *screen, const uint8_t *pixels,
                       size_t side, size_t row) {
    static const char shades[] = " .:-=+*#%@";
    const uint8_t *upper = pixels + row * side, *lower = upper + side;
    for (size_t x = 0; x < side; x++) {
        if (screen->colour && screen->utf8) {
            print_halves(out, screen, upper[x], lower[x]);
        } else {
            fputc(shades[(upper[x] + lower[x]) * 9 / 510], out);
        }
    }
    if (screen->colour && screen->utf8) {
        fputs("\x1b[0m", out);
    }
}

/* Images ${first} .. ${end} - 1 of the small ones beside each other, then their labels. */
static void print_band(FILE *out, const struct cli_screen *screen, const struct gallery *gallery,
                       const uint8_t *small, size_t side, size_t first, size_t end) {
    for (size_t row = 0; row < side; row += 2) {
        for (size_t i = first; i < end; i++) {
            print_line(out, screen, small + i * side * side, side, row);
            fputs(i + 1 < end ? " " : "\n", out);
        }
    }
    for (size_t i = first; i < end; i++) {
        utf8_print(out, gallery->labels[i], (int)side, 0);
        fputs(i + 1 < end ? " " : "\n\n", out);
    }
}

enum weft_status screen_samples(FILE *out, const struct cli_screen *screen,
                                const struct gallery *gallery, struct weft_error *error) {
    size_t side = side_of(screen, gallery->width), area = gallery->height * gallery->width;
    size_t beside = (size_t)(screen->columns + 1) / (side + 1);
    uint8_t *small = malloc(gallery->count * side * side + 1);
    if (small == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu images", gallery->count);
    }
    for (size_t i = 0; i < gallery->count; i++) {
        scale_bytes(gallery->pixels + i * area, gallery->width, gallery->height,
                    small + i * side * side, side, side);
    }
    beside = beside > 0 ? beside : 1;
    for (size_t first = 0; first < gallery->count; first += beside) {
        size_t end = first + beside < gallery->count ? first + beside : gallery->count;
        print_band(out, screen, gallery, small, side, first, end);
    }
    free(small);
    return WEFT_OK;
}

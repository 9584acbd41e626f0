/* canvas.h: a sheet to draw on, which becomes an SVG, PNG or PDF file. Figures do not know the
 * format.
 *
 * Lengths are in pixels of a 96 dpi screen. The origin is the upper left corner, and y grows
 * downwards. SVG needs no library, and its text stays text; cairo and Pango make PNG and PDF. */
#ifndef WEFT_REPORT_CANVAS_H
#define WEFT_REPORT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "os/files.h"
#include "report/colours.h"

/* The length of bold letters for one of normal letters. */
#define CANVAS_BOLD 1.12

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* A text on a sheet. (${x}, ${y}) is the point of the baseline that ${anchor} names. */
struct canvas_text_style {
    double x, y, size;
    double angle; /* degrees clockwise around the point */
    enum anchor anchor;
    bool bold;
    uint32_t colour;
};

struct canvas;

/* The functions of a format. */
struct canvas_kind {
    /* Begins a sheet of canvas->width x canvas->height. */
    void (*begin)(struct canvas *canvas);
    void (*rectangle)(struct canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour);
    /* Draws a line through ${count} points: x0, y0, x1, y1 ... */
    void (*line)(struct canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour);
    void (*dot)(struct canvas *canvas, double x, double y, double radius, uint32_t colour);
    void (*text)(struct canvas *canvas, const struct canvas_text_style *style, const char *text);
    /* Draws an image of ${rows} x ${columns} greys, each pixel a rectangle. */
    void (*image)(struct canvas *canvas, double x, double y, double width, double height,
                  const uint8_t *grey, size_t columns, size_t rows);
    /* Writes the rest of the file into canvas->out, and frees the state of the format. */
    enum weft_status (*finish)(struct canvas *canvas, struct weft_error *error);
};

struct canvas {
    const struct canvas_kind *kind;
    enum canvas_theme theme;
    double width, height;
    bool png;            /* for canvas_cairo.c: PNG, else PDF */
    FILE *out;           /* receives the bytes of the file */
    struct os_file file; /* all zero for a canvas inside a page */
    void *state;         /* of the format */
    bool failed;         /* no memory */
};

extern const struct canvas_kind canvas_svg, canvas_cairo;

/* Fails with WEFT_USAGE unless ${path} ends in .svg, .png or .pdf and this program can write that
 * format. Call it before a long computation whose result will be drawn. */
enum weft_status canvas_check(const char *path, struct weft_error *error);

/* Returns the version of cairo at run time, or an empty text without cairo and Pango. */
const char *canvas_cairo_version(void);

/* Opens the file ${path} in the format that the path ends in. Fails as canvas_check does, and with
 * WEFT_BAD_FILE. */
enum weft_status canvas_open(struct canvas *canvas, const char *path, enum canvas_theme theme,
                             struct weft_error *error);

/* Opens an SVG inside the page that is written to ${out}. */
void canvas_inside(struct canvas *canvas, FILE *out);

/* Sets the size and fills the sheet. Call it once, before anything is drawn. */
void canvas_begin(struct canvas *canvas, double width, double height);

/* Finishes the file, renames it to its path, and frees the canvas. Fails with WEFT_BAD_FILE or
 * WEFT_FAILED; then no file is left. */
enum weft_status canvas_commit(struct canvas *canvas, struct weft_error *error);

/* Draws ${text} (UTF-8) in one line. If it exceeds ${length}, its end becomes an ellipsis. */
void canvas_text(struct canvas *canvas, const struct canvas_text_style *style, double length,
                 const char *text);

/* Returns an upper bound of the length of ${text} at ${size}: an estimate, the same for every
 * format, that the usual fonts keep to. */
double canvas_length(const char *text, double size);

/* Returns the distance of the ticks on an axis from 0 to ${most}: 1, 2 or 5 times a power of ten,
 * so that there are at most ${count} of them. */
double canvas_tick(double most, double count);

#endif

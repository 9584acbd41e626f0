/* canvas.h: a sheet to draw on, which becomes an SVG, PNG or PDF file. Figures draw on it and know nothing of formats.
 *
 * Lengths are in pixels of a 96 dpi screen, the origin is the upper left corner, y goes down. SVG is written by this project
 * itself, so that its text stays text and it needs no library; PNG and PDF are cairo's. */
#ifndef WEFT_REPORT_CANVAS_H
#define WEFT_REPORT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "os/files.h"
#include "report/colours.h"

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* Words on a sheet. ${x}, ${y}: the point of the baseline that ${anchor} names. */
struct canvas_words_style {
    double x, y, size;
    double turn; /* degrees clockwise around the point */
    enum anchor anchor;
    bool bold;
    uint32_t colour;
};

struct canvas;

/* What a format has to offer. */
struct canvas_kind {
    /* Begins a sheet of the size canvas->width x canvas->height. */
    void (*begin)(struct canvas *canvas);
    void (*rectangle)(struct canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour);
    /* A line through ${count} points, x and y in turn. */
    void (*line)(struct canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour);
    void (*dot)(struct canvas *canvas, double x, double y, double radius, uint32_t colour);
    void (*words)(struct canvas *canvas, const struct canvas_words_style *words, const char *text);
    /* A picture of ${rows} x ${columns} greys, its pixels as squares. */
    void (*picture)(struct canvas *canvas, double x, double y, double width, double height,
                    const uint8_t *grey, size_t columns, size_t rows);
    /* Writes what is still to be written into canvas->out, and frees the format's state. */
    enum weft_status (*finish)(struct canvas *canvas, struct weft_error *error);
    /* Frees the format's state without writing. */
    void (*abandon)(struct canvas *canvas);
};

struct canvas {
    const struct canvas_kind *kind;
    enum canvas_theme theme;
    double width, height;
    bool png; /* else PDF: for canvas_cairo.c */
    bool begun;
    FILE *out;           /* where the file's bytes go */
    struct os_file file; /* all zero for a canvas inside a page */
    void *state;         /* of the format */
    bool failed;         /* no memory */
};

extern const struct canvas_kind canvas_svg, canvas_cairo;

/* Fails with WEFT_USAGE unless ${path} ends in .svg, .png or .pdf, and this program can write that. Call it before the
 * work whose figure it is. */
enum weft_status canvas_check(const char *path, struct weft_error *error);

/* Whether this program has cairo. */
bool canvas_has_cairo(void);

/* The version of cairo that runs; empty without it. */
const char *canvas_cairo_version(void);

/* Opens the file ${path}; its format follows from its end. Fails as canvas_check, and with WEFT_BAD_FILE. */
enum weft_status canvas_open(struct canvas *canvas, const char *path, enum canvas_theme theme,
                             struct weft_error *error);

/* An SVG inside the page that is written to ${out}. */
void canvas_inside(struct canvas *canvas, FILE *out);

/* Sets the size and fills the sheet with paper. To be called once, before anything is drawn. */
void canvas_begin(struct canvas *canvas, double width, double height);

/* Finishes the file and gives it its name. Fails with WEFT_BAD_FILE or WEFT_FAILED; then no file is left. Frees all. */
enum weft_status canvas_commit(struct canvas *canvas, struct weft_error *error);

/* Draws ${text} in one line, its end replaced by an ellipsis so that it is at most ${room} long. */
void canvas_words(struct canvas *canvas, const struct canvas_words_style *words, double room,
                  const char *text);

/* The most that ${text} may be long at ${size}: an estimate, the same for every format and font: no usual font is wider. */
double canvas_length(const char *text, double size);

/* Returns the distance of the ticks on an axis from 0 to ${most}: 1, 2 or 5 times a power of ten, so
 * that there are at most ${count} of them. */
double canvas_tick(double most, double count);

#endif

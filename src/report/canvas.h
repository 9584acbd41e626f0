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

#include "os/os.h"

enum weft_theme {
    WEFT_THEME_LIGHT,
    WEFT_THEME_DARK,
    WEFT_THEME_PAGE /* SVG inside a page whose style sheet has the variables --paper, --ink ... */
};

/* A colour is 0xRRGGBB, or one of these parts that a theme gives its colours to. */
enum {
    WEFT_PAPER = 1 << 24,
    WEFT_INK,
    WEFT_MUTED,
    WEFT_GRID,
    WEFT_TRAINED,       /* curves of training images */
    WEFT_TRAINED_FAINT, /* the same by step */
    WEFT_HELD_OUT,      /* curves of held-out images */
    WEFT_COLOUR_END
};

enum weft_anchor { WEFT_START, WEFT_MIDDLE, WEFT_END };

/* Words on a sheet. ${x}, ${y}: the point of the baseline that ${anchor} names. */
struct weft_words {
    double x, y, size;
    double turn; /* degrees clockwise around the point */
    enum weft_anchor anchor;
    bool bold;
    uint32_t colour;
};

struct weft_canvas;

/* What a format has to offer. */
struct weft_canvas_kind {
    /* Begins a sheet of the size canvas->width x canvas->height. */
    void (*begin)(struct weft_canvas *canvas);
    void (*rectangle)(struct weft_canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour);
    /* A line through ${count} points, x and y in turn. */
    void (*line)(struct weft_canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour);
    void (*dot)(struct weft_canvas *canvas, double x, double y, double radius, uint32_t colour);
    void (*words)(struct weft_canvas *canvas, const struct weft_words *words, const char *text);
    /* A picture of ${rows} x ${columns} greys, its pixels as squares. */
    void (*picture)(struct weft_canvas *canvas, double x, double y, double width, double height,
                    const uint8_t *grey, size_t columns, size_t rows);
    /* Writes what is still to be written into canvas->out, and frees the format's state. */
    enum weft_status (*finish)(struct weft_canvas *canvas, struct weft_error *error);
    /* Frees the format's state without writing. */
    void (*abandon)(struct weft_canvas *canvas);
};

struct weft_canvas {
    const struct weft_canvas_kind *kind;
    enum weft_theme theme;
    double width, height;
    bool png; /* else PDF: for canvas_cairo.c */
    bool begun;
    FILE *out;             /* where the file's bytes go */
    struct weft_file file; /* all zero for a canvas inside a page */
    void *state;           /* of the format */
    bool failed;           /* no memory */
};

extern const struct weft_canvas_kind weft_canvas_svg, weft_canvas_cairo;

/* Fails with WEFT_USAGE unless ${path} ends in .svg, .png or .pdf, and this program can write that. Call it before the
 * work whose figure it is. */
enum weft_status weft_canvas_check(const char *path, struct weft_error *error);

/* Whether this program has cairo. */
bool weft_canvas_has_cairo(void);

/* The version of cairo that runs; empty without it. */
const char *weft_canvas_cairo_version(void);

/* Opens the file ${path}; its format follows from its end. Fails as weft_canvas_check, and with WEFT_BAD_FILE. */
enum weft_status weft_canvas_open(struct weft_canvas *canvas, const char *path,
                                  enum weft_theme theme, struct weft_error *error);

/* An SVG inside the page that is written to ${out}. */
void weft_canvas_inside(struct weft_canvas *canvas, FILE *out);

/* Sets the size and fills the sheet with paper. To be called once, before anything is drawn. */
void weft_canvas_begin(struct weft_canvas *canvas, double width, double height);

/* Finishes the file and gives it its name. Fails with WEFT_BAD_FILE or WEFT_FAILED; then no file is left. Frees all. */
enum weft_status weft_canvas_commit(struct weft_canvas *canvas, struct weft_error *error);

/* Draws ${text} in one line, its end replaced by an ellipsis so that it is at most ${room} long. */
void weft_canvas_words(struct weft_canvas *canvas, const struct weft_words *words, double room,
                       const char *text);

/* The most that ${text} may be long at ${size}: an estimate, the same for every format and font: no usual font is wider. */
double weft_canvas_length(const char *text, double size);

/* The colour ${colour} of the canvas as 0xRRGGBB. */
uint32_t weft_canvas_colour(const struct weft_canvas *canvas, uint32_t colour);

/* colours.c: the scale of a share of 0 to 1: pale to dark blue (in the dark theme: dark to pale), and the colour of words on it. */
uint32_t weft_colour_share(enum weft_theme theme, double share);
uint32_t weft_colour_on(uint32_t background);

#endif

/* canvas_cairo.c: PNG and PDF through cairo. */
#include "report/canvas.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <math.h>
#include <stdlib.h>

#include "report/letters.h"

#define PNG_SCALE      2.0  /* pixels of the file for one of the sheet: sharp on fine screens */
#define PNG_PIXELS_MAX 3e7  /* of a scaled file; a larger one is not scaled */
#define POINTS         0.75 /* a pixel of 96 dpi in points, PDF's unit */

static cairo_status_t write_bytes(void *closure, const unsigned char *bytes, unsigned size) {
    return fwrite(bytes, 1, size, closure) == size ? CAIRO_STATUS_SUCCESS
                                                   : CAIRO_STATUS_WRITE_ERROR;
}

static void begin(struct canvas *canvas) {
    double scale = POINTS;
    cairo_surface_t *surface;
    if (canvas->png) {
        bool large = canvas->width * canvas->height * PNG_SCALE * PNG_SCALE > PNG_PIXELS_MAX;
        scale = large ? 1.0 : PNG_SCALE;
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(canvas->width * scale),
                                             (int)ceil(canvas->height * scale));
    } else {
        surface = cairo_pdf_surface_create_for_stream(
            write_bytes, canvas->out, canvas->width * scale, canvas->height * scale);
    }
    canvas->state = cairo_create(surface); /* never NULL: it carries its own failure */
    cairo_surface_destroy(surface);
    cairo_scale(canvas->state, scale, scale);
}

static void set_colour(struct canvas *canvas, uint32_t colour) {
    uint32_t rgb = colour_in_theme(canvas->theme, colour);
    cairo_set_source_rgb(canvas->state, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

static void rectangle(struct canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour) {
    set_colour(canvas, colour);
    cairo_rectangle(canvas->state, x, y, width, height);
    cairo_fill(canvas->state);
}

static void line(struct canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour) {
    static const double dashes[] = {5, 4};
    set_colour(canvas, colour);
    cairo_set_line_width(canvas->state, width);
    cairo_set_line_join(canvas->state, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(canvas->state, dashes, dashed ? 2 : 0, 0);
    cairo_new_path(canvas->state); /* words leave a point behind */
    for (size_t i = 0; i < count; i++) {
        cairo_line_to(canvas->state, points[2 * i], points[2 * i + 1]);
    }
    cairo_stroke(canvas->state);
}

static void dot(struct canvas *canvas, double x, double y, double radius, uint32_t colour) {
    set_colour(canvas, colour);
    cairo_new_path(canvas->state);
    cairo_arc(canvas->state, x, y, radius, 0, 8 * atan(1.0));
    cairo_fill(canvas->state);
}

/* A font that is wider than the estimate makes the words smaller, so that they keep to their room. */
static void words(struct canvas *canvas, const struct canvas_words_style *how, const char *text) {
    static const double shares[] = {0, 0.5, 1}; /* of the length, left of the point */
    cairo_t *cairo = canvas->state;
    double most = canvas_length(text, how->size) * (how->bold ? 1.12 : 1), size = how->size;
    double length = letters_length(cairo, text, size, how->bold);
    if (length > most) {
        size *= most / length;
        length = letters_length(cairo, text, size, how->bold);
    }
    set_colour(canvas, how->colour);
    cairo_save(cairo);
    cairo_translate(cairo, how->x, how->y);
    cairo_rotate(cairo, how->turn * atan(1.0) / 45);
    cairo_move_to(cairo, -shares[how->anchor] * length, 0);
    letters_show(cairo, text, size, how->bold);
    cairo_restore(cairo);
}

static void picture(struct canvas *canvas, double x, double y, double width, double height,
                    const uint8_t *grey, size_t columns, size_t rows) {
    cairo_t *cairo = canvas->state;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows);
    unsigned char *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    if (data == NULL) {
        canvas->failed = true;
        cairo_surface_destroy(surface);
        return;
    }
    for (size_t i = 0; i < rows * columns; i++) {
        uint32_t *row = (uint32_t *)(void *)(data + i / columns * (size_t)stride);
        row[i % columns] = grey[i] * 0x10101u;
    }
    cairo_surface_mark_dirty(surface);
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, width / (double)columns, height / (double)rows);
    cairo_set_source_surface(cairo, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_paint(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(surface);
}

static void abandon(struct canvas *canvas) {
    cairo_destroy(canvas->state);
}

static enum weft_status finish(struct canvas *canvas, struct weft_error *error) {
    cairo_surface_t *surface = cairo_surface_reference(cairo_get_target(canvas->state));
    cairo_status_t status = cairo_status(canvas->state);
    cairo_destroy(canvas->state);
    if (status == CAIRO_STATUS_SUCCESS && canvas->png) {
        status = cairo_surface_write_to_png_stream(surface, write_bytes, canvas->out);
    } else {
        cairo_surface_finish(surface);
        status = status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
    }
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_WRITE_ERROR) {
        return WEFT_OK; /* the stream remembers it; os_file_commit tells the system's reason */
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        return weft_fail(error, WEFT_FAILED, "%s: cairo: %s", canvas->file.path,
                         cairo_status_to_string(status));
    }
    return WEFT_OK;
}

const struct canvas_kind canvas_cairo = {.begin = begin,
                                         .rectangle = rectangle,
                                         .line = line,
                                         .dot = dot,
                                         .words = words,
                                         .picture = picture,
                                         .finish = finish,
                                         .abandon = abandon};

/* canvas_cairo.c: PNG and PDF through cairo, text of any script through Pango. */
#include "report/canvas.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>

#define PNG_SCALE      2.0  /* pixels of the file for one of the sheet: for fine screens */
#define PNG_PIXELS_MAX 3e7  /* of a scaled file; a larger sheet is not scaled */
#define POINTS         0.75 /* a pixel of 96 dpi in points, PDF's unit */

static cairo_status_t write_bytes(void *closure, const unsigned char *bytes, unsigned size) {
    return fwrite(bytes, 1, size, closure) == size ? CAIRO_STATUS_SUCCESS
                                                   : CAIRO_STATUS_WRITE_ERROR;
}

/* The key of the PangoContext that belongs to a cairo_t. */
static const cairo_user_data_key_t pango_key;

/* Creates a context with its own fonts, which are freed with it. */
static PangoContext *create_context(void) {
    PangoFontMap *fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    /* Positions that are not rounded to pixels give the same lengths at every scale. */
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    pango_context_set_round_glyph_positions(context, FALSE);
    cairo_font_options_destroy(options);
    g_object_unref(fonts);
    return context;
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
    canvas->state = cairo_create(surface); /* never NULL: it remembers a failure */
    cairo_surface_destroy(surface);
    cairo_scale(canvas->state, scale, scale);
    cairo_set_user_data(canvas->state, &pango_key, create_context(), g_object_unref);
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
    cairo_new_path(canvas->state);
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

/* Lays out ${text} in one line. Pango takes letters that the font lacks from other fonts, and
 * draws a box with the code of a letter that no font has. */
static PangoLayout *lay_out(cairo_t *cairo, const char *text, double size, bool bold) {
    PangoLayout *layout = pango_layout_new(cairo_get_user_data(cairo, &pango_key));
    PangoFontDescription *font = pango_font_description_from_string("sans-serif");
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_cairo_update_layout(cairo, layout);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    return layout;
}

static double length_of(PangoLayout *layout) {
    int width, height;
    pango_layout_get_size(layout, &width, &height);
    return (double)width / PANGO_SCALE;
}

/* If the font is wider than the estimate, draws smaller letters that keep to it. */
static void draw_text(struct canvas *canvas, const struct canvas_text_style *style,
                      const char *text) {
    static const double shares[] = {0, 0.5, 1}; /* of the length, left of the point */
    cairo_t *cairo = canvas->state;
    double estimate = canvas_length(text, style->size) * (style->bold ? CANVAS_BOLD : 1);
    PangoLayout *layout = lay_out(cairo, text, style->size, style->bold);
    if (length_of(layout) > estimate) {
        double size = style->size * estimate / length_of(layout);
        g_object_unref(layout);
        layout = lay_out(cairo, text, size, style->bold);
    }
    set_colour(canvas, style->colour);
    cairo_save(cairo);
    cairo_translate(cairo, style->x, style->y);
    cairo_rotate(cairo, style->angle * atan(1.0) / 45);
    pango_cairo_update_layout(cairo, layout);
    cairo_move_to(cairo, -shares[style->anchor] * length_of(layout),
                  -(double)pango_layout_get_baseline(layout) / PANGO_SCALE);
    pango_cairo_show_layout(cairo, layout);
    cairo_restore(cairo);
    g_object_unref(layout);
}

static void image(struct canvas *canvas, double x, double y, double width, double height,
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
        return WEFT_OK; /* os_file_commit fails with the reason of the system */
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        return error_set(error, WEFT_FAILED, "%s: cairo: %s", canvas->file.path,
                         cairo_status_to_string(status));
    }
    return WEFT_OK;
}

const struct canvas_kind canvas_cairo = {
    .begin = begin,
    .rectangle = rectangle,
    .line = line,
    .dot = dot,
    .text = draw_text,
    .image = image,
    .finish = finish,
};

/* canvas_svg.c: SVG, in which text stays text. */
#include "report/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "report/label.h"
#include "report/png.h"

/* Prints ${before} and a length with at most two decimals, without zeros at its end. */
static void print_length(struct canvas *canvas, const char *before, double value) {
    char text[64];
    size_t length;
    snprintf(text, sizeof text, "%.2f", value);
    length = strlen(text);
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
    fprintf(canvas->out, "%s%s", before, strcmp(text, "-0") == 0 ? "0" : text);
}

/* Prints the attribute ${name} ("fill", "stroke"). Inside a page, a colour of the theme is a
 * variable of the style sheet. */
static void print_colour(struct canvas *canvas, const char *name, uint32_t colour) {
    static const char *const names[] = {"paper",   "ink",           "muted",   "grid",
                                        "trained", "trained-faint", "held-out"};
    if (canvas->theme == THEME_PAGE && colour >= CANVAS_PAPER && colour < CANVAS_COLOUR_END) {
        fprintf(canvas->out, " style=\"%s:var(--%s)\"", name, names[colour - CANVAS_PAPER]);
    } else {
        fprintf(canvas->out, " %s=\"#%06x\"", name,
                (unsigned)colour_in_theme(canvas->theme, colour));
    }
}

static void begin(struct canvas *canvas) {
    if (canvas->theme != THEME_PAGE) {
        fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", canvas->out);
    }
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\"", canvas->out);
    if (canvas->theme != THEME_PAGE) {
        fputs(" xmlns:xlink=\"http://www.w3.org/1999/xlink\"", canvas->out);
        print_length(canvas, " width=\"", canvas->width);
        print_length(canvas, "\" height=\"", canvas->height);
        fputs("\"", canvas->out);
    } else {
        fputs(" role=\"img\"", canvas->out);
    }
    print_length(canvas, " viewBox=\"0 0 ", canvas->width);
    print_length(canvas, " ", canvas->height);
    fputs("\" font-family=\"DejaVu Sans, Arial, Helvetica, sans-serif\">\n", canvas->out);
}

static void rectangle(struct canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour) {
    print_length(canvas, "<rect x=\"", x);
    print_length(canvas, "\" y=\"", y);
    print_length(canvas, "\" width=\"", width);
    print_length(canvas, "\" height=\"", height);
    fputs("\"", canvas->out);
    print_colour(canvas, "fill", colour);
    fputs("/>\n", canvas->out);
}

static void line(struct canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour) {
    fputs("<polyline fill=\"none\" stroke-linejoin=\"round\" points=\"", canvas->out);
    for (size_t i = 0; i < count; i++) {
        print_length(canvas, i > 0 ? " " : "", points[2 * i]);
        print_length(canvas, ",", points[2 * i + 1]);
    }
    print_length(canvas, "\" stroke-width=\"", width);
    fputs(dashed ? "\" stroke-dasharray=\"5 4\"" : "\"", canvas->out);
    print_colour(canvas, "stroke", colour);
    fputs("/>\n", canvas->out);
}

static void dot(struct canvas *canvas, double x, double y, double radius, uint32_t colour) {
    print_length(canvas, "<circle cx=\"", x);
    print_length(canvas, "\" cy=\"", y);
    print_length(canvas, "\" r=\"", radius);
    fputs("\"", canvas->out);
    print_colour(canvas, "fill", colour);
    fputs("/>\n", canvas->out);
}

static void draw_text(struct canvas *canvas, const struct canvas_text_style *style,
                      const char *text) {
    static const char *const anchors[] = {"start", "middle", "end"};
    print_length(canvas, "<text x=\"", style->x);
    print_length(canvas, "\" y=\"", style->y);
    print_length(canvas, "\" font-size=\"", style->size);
    fprintf(canvas->out, "\"%s text-anchor=\"%s\"", style->bold ? " font-weight=\"bold\"" : "",
            anchors[style->anchor]);
    if (style->angle != 0) {
        print_length(canvas, " transform=\"rotate(", style->angle);
        print_length(canvas, " ", style->x);
        print_length(canvas, " ", style->y);
        fputs(")\"", canvas->out);
    }
    print_colour(canvas, "fill", style->colour);
    label_markup(canvas->out, ">", text, "</text>\n");
}

static void image(struct canvas *canvas, double x, double y, double width, double height,
                  const uint8_t *grey, size_t columns, size_t rows) {
    uint8_t *bytes;
    size_t size;
    if (report_png_encode(grey, columns, rows, &bytes, &size, NULL) != WEFT_OK) {
        canvas->failed = true;
        return;
    }
    print_length(canvas, "<image x=\"", x);
    print_length(canvas, "\" y=\"", y);
    print_length(canvas, "\" width=\"", width);
    print_length(canvas, "\" height=\"", height);
    /* xlink:href is for programs that know only SVG 1.1. */
    fputs("\" style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,",
          canvas->out);
    report_png_base64(canvas->out, bytes, size);
    fputs("\"/>\n", canvas->out);
    free(bytes);
}

static enum weft_status finish(struct canvas *canvas, struct weft_error *error) {
    (void)error;
    fputs("</svg>\n", canvas->out);
    return WEFT_OK;
}

const struct canvas_kind canvas_svg = {
    .begin = begin,
    .rectangle = rectangle,
    .line = line,
    .dot = dot,
    .text = draw_text,
    .image = image,
    .finish = finish,
};

/* canvas_svg.c: SVG, in which text stays text. */
#include "report/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/label.h"
#include "report/png.h"

/* Prints a length with at most two decimals, without zeros at its end. */
static void print_length(FILE *out, double value) {
    char text[64];
    size_t length = (size_t)snprintf(text, sizeof text, "%.2f", value);
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
    fputs(strcmp(text, "-0") == 0 ? "0" : text, out);
}

/* Prints ${format}, in which each # is the next of the lengths (double) that follow. */
static void print(struct canvas *canvas, const char *format, ...) {
    va_list lengths;
    va_start(lengths, format);
    for (; *format != '\0'; format++) {
        if (*format == '#') {
            print_length(canvas->out, va_arg(lengths, double));
        } else {
            fputc(*format, canvas->out);
        }
    }
    va_end(lengths);
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
    bool inside = canvas->theme == THEME_PAGE;
    print(canvas, inside ? "" : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    print(canvas, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    if (inside) {
        print(canvas, " role=\"img\"");
    } else {
        print(canvas, " xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"#\" height=\"#\"",
              canvas->width, canvas->height);
    }
    print(canvas,
          " viewBox=\"0 0 # #\" font-family=\"DejaVu Sans, Arial, Helvetica, sans-serif\">\n",
          canvas->width, canvas->height);
}

static void rectangle(struct canvas *canvas, double x, double y, double width, double height,
                      uint32_t colour) {
    print(canvas, "<rect x=\"#\" y=\"#\" width=\"#\" height=\"#\"", x, y, width, height);
    print_colour(canvas, "fill", colour);
    print(canvas, "/>\n");
}

static void line(struct canvas *canvas, const double *points, size_t count, double width,
                 bool dashed, uint32_t colour) {
    print(canvas, "<polyline fill=\"none\" stroke-linejoin=\"round\" points=\"");
    for (size_t i = 0; i < count; i++) {
        print(canvas, i > 0 ? " #,#" : "#,#", points[2 * i], points[2 * i + 1]);
    }
    print(canvas, "\" stroke-width=\"#\"", width);
    print(canvas, dashed ? " stroke-dasharray=\"5 4\"" : "");
    print_colour(canvas, "stroke", colour);
    print(canvas, "/>\n");
}

static void dot(struct canvas *canvas, double x, double y, double radius, uint32_t colour) {
    print(canvas, "<circle cx=\"#\" cy=\"#\" r=\"#\"", x, y, radius);
    print_colour(canvas, "fill", colour);
    print(canvas, "/>\n");
}

static void draw_text(struct canvas *canvas, const struct canvas_text_style *style,
                      const char *text) {
    static const char *const anchors[] = {"start", "middle", "end"};
    print(canvas, "<text x=\"#\" y=\"#\" font-size=\"#\"", style->x, style->y, style->size);
    fprintf(canvas->out, "%s text-anchor=\"%s\"", style->bold ? " font-weight=\"bold\"" : "",
            anchors[style->anchor]);
    if (style->angle != 0) {
        print(canvas, " transform=\"rotate(# # #)\"", style->angle, style->x, style->y);
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
    /* xlink:href is for programs that know only SVG 1.1. */
    print(canvas, "<image x=\"#\" y=\"#\" width=\"#\" height=\"#\"", x, y, width, height);
    print(canvas, " style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,");
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

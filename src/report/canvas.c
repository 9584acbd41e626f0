/* canvas.c: what all formats share: files, and the lengths of texts and ticks. */
#include "report/canvas.h"

#include <math.h>
#include <string.h>

#include "base/try.h"
#include "base/utf8.h"

#ifdef WEFT_CAIRO
#include <cairo.h>
#endif

#define TEXT_MAX 1024 /* bytes of a text */

static bool ends_in(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    if (length <= tail) {
        return false;
    }
    for (size_t i = 0; i < tail; i++) {
        char c = path[length - tail + i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != end[i]) {
            return false;
        }
    }
    return true;
}

const char *canvas_cairo_version(void) {
#ifdef WEFT_CAIRO
    return cairo_version_string();
#else
    return "";
#endif
}

enum weft_status canvas_check(const char *path, struct weft_error *error) {
    if (ends_in(path, ".svg")) {
        return WEFT_OK;
    }
    if (!ends_in(path, ".png") && !ends_in(path, ".pdf")) {
        return error_set(error, WEFT_USAGE, "%s: not a name that ends in .png, .svg or .pdf", path);
    }
    if (canvas_cairo_version()[0] == '\0') {
        error_set(error, WEFT_USAGE, "%s: this weft was built without cairo", path);
        return error_hint(error, "choose a name that ends in .svg, or build with cairo and "
                                 "Pango (Debian: libpango1.0-dev)");
    }
    return WEFT_OK;
}

enum weft_status canvas_open(struct canvas *canvas, const char *path, enum canvas_theme theme,
                             struct weft_error *error) {
    *canvas = (struct canvas){.theme = theme, .kind = &canvas_svg};
    TRY(canvas_check(path, error));
#ifdef WEFT_CAIRO
    if (!ends_in(path, ".svg")) {
        canvas->kind = &canvas_cairo;
        canvas->png = ends_in(path, ".png");
    }
#endif
    TRY(os_file_create(&canvas->file, path, error));
    canvas->out = canvas->file.stream;
    return WEFT_OK;
}

void canvas_inside(struct canvas *canvas, FILE *out) {
    *canvas = (struct canvas){.theme = THEME_PAGE, .kind = &canvas_svg, .out = out};
}

void canvas_begin(struct canvas *canvas, double width, double height) {
    canvas->width = (double)(long)(width + 0.999); /* whole pixels */
    canvas->height = (double)(long)(height + 0.999);
    canvas->kind->begin(canvas);
    if (canvas->theme != THEME_PAGE) {
        canvas->kind->rectangle(canvas, 0, 0, canvas->width, canvas->height, CANVAS_PAPER);
    }
}

enum weft_status canvas_commit(struct canvas *canvas, struct weft_error *error) {
    enum weft_status status;
    TRY_OR(done, canvas->kind->finish(canvas, error));
    if (canvas->failed) {
        TRY_OR(done,
               error_set(error, WEFT_NO_MEMORY, "%s: no memory for the figure", canvas->file.path));
    }
    if (canvas->file.stream != NULL) {
        TRY_OR(done, os_file_commit(&canvas->file, error));
    }
done:
    os_file_abandon(&canvas->file);
    *canvas = (struct canvas){0};
    return status;
}

double canvas_tick(double most, double count) {
    double step;
    if (!(most > 0) || !isfinite(most)) {
        return 1;
    }
    count = count < 1 ? 1 : count;
    step = pow(10, floor(log10(most / count)));
    while (most / step > count * 1.0001) {
        /* 1, 2, 5, 10: the first digit determines the next step. */
        double digit = floor(step / pow(10, floor(log10(step) + 1e-9)) + 0.5);
        step *= digit == 2 ? 2.5 : 2;
    }
    return step;
}

/* Returns the length of a character at size 1 in a wide font, by groups of letters. */
static double letter_length(uint32_t code) {
    if (code >= 0x80) {
        return code < 0x1100 ? 0.72 : 1.02; /* the scripts with wide characters begin there */
    }
    if (strchr("ijl", (int)code) != NULL) {
        return 0.29;
    }
    if (strchr(" .,:;'!|I`", (int)code) != NULL) {
        return 0.35;
    }
    if (strchr("frt()[]/-\"\\", (int)code) != NULL) {
        return 0.46;
    }
    if (strchr("mwMW@%&", (int)code) != NULL) {
        return code == 'w' || code == '&' ? 0.83 : 1.0;
    }
    return code >= 'A' && code <= 'Z' ? 0.74 : strchr("+<=>~^#", (int)code) ? 0.84 : 0.64;
}

double canvas_length(const char *text, double size) {
    double length = 0;
    uint32_t code;
    while (*text != '\0') {
        text += utf8_next(text, &code);
        length += letter_length(code);
    }
    return length * size;
}

void canvas_text(struct canvas *canvas, const struct canvas_text_style *style, double length,
                 const char *text) {
    static const char ellipsis[] = "\xe2\x80\xa6";
    char line[TEXT_MAX + 8];
    size_t used = 0, fits = 0; /* bytes of line; those that leave space for an ellipsis */
    double end = 0, dots = style->size * 1.02;
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        size_t taken = utf8_next(text, &code), count;
        end += letter_length(code) * style->size * (style->bold ? CANVAS_BOLD : 1.0);
        count = utf8_put(code < 0x20 || code == 0x7f ? ' ' : code, bytes);
        if (end > length || used + count > TEXT_MAX) {
            memcpy(line + fits, ellipsis, sizeof ellipsis);
            canvas->kind->text(canvas, style, line);
            return;
        }
        memcpy(line + used, bytes, count);
        used += count;
        text += taken;
        fits = end + dots <= length ? used : fits;
    }
    line[used] = '\0';
    canvas->kind->text(canvas, style, line);
}

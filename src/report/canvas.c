/* canvas.c: what all formats share: files, themes, and how long words are. */
#include "report/canvas.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "os/files.h"

#ifdef WEFT_CAIRO
#include <cairo.h>
#endif

#define WORDS_MAX 1024 /* bytes of a line of words */

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

bool canvas_has_cairo(void) {
#ifdef WEFT_CAIRO
    return true;
#else
    return false;
#endif
}

enum weft_status canvas_check(const char *path, struct weft_error *error) {
    if (ends_in(path, ".svg")) {
        return WEFT_OK;
    }
    if (!ends_in(path, ".png") && !ends_in(path, ".pdf")) {
        return weft_fail(error, WEFT_USAGE, "%s: not a name that ends in .png, .svg or .pdf", path);
    }
    if (!canvas_has_cairo()) {
        weft_fail(error, WEFT_USAGE, "%s: this weft was built without cairo", path);
        return weft_error_hint(error, "choose a name that ends in .svg, or build with cairo and "
                                      "Pango (Debian: libpango1.0-dev)");
    }
    return WEFT_OK;
}

enum weft_status canvas_open(struct canvas *canvas, const char *path, enum canvas_theme theme,
                             struct weft_error *error) {
    enum weft_status status = canvas_check(path, error);
    *canvas = (struct canvas){.theme = theme, .kind = &canvas_svg};
#ifdef WEFT_CAIRO
    if (!ends_in(path, ".svg")) {
        canvas->kind = &canvas_cairo;
        canvas->png = ends_in(path, ".png");
    }
#endif
    if (status == WEFT_OK) {
        status = os_file_create(&canvas->file, path, error);
        canvas->out = canvas->file.stream;
    }
    return status;
}

void canvas_inside(struct canvas *canvas, FILE *out) {
    *canvas = (struct canvas){.theme = THEME_PAGE, .kind = &canvas_svg, .out = out};
}

void canvas_begin(struct canvas *canvas, double width, double height) {
    canvas->width = (double)(long)(width + 0.999); /* whole pixels */
    canvas->height = (double)(long)(height + 0.999);
    canvas->begun = true;
    canvas->kind->begin(canvas);
    if (canvas->theme != THEME_PAGE) {
        canvas->kind->rectangle(canvas, 0, 0, canvas->width, canvas->height, CANVAS_PAPER);
    }
}

enum weft_status canvas_commit(struct canvas *canvas, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    if (canvas->failed || !canvas->begun) {
        canvas->kind->abandon(canvas);
        status = weft_fail(error, WEFT_FAILED, "%s: no memory for the figure", canvas->file.path);
    } else {
        status = canvas->kind->finish(canvas, error);
    }
    if (canvas->file.stream != NULL && status == WEFT_OK) {
        status = os_file_commit(&canvas->file, error);
    } else if (canvas->file.stream != NULL) {
        os_file_abandon(&canvas->file);
    }
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
        /* 1, 2, 5, 10: the first digit says which comes next */
        double digit = floor(step / pow(10, floor(log10(step) + 1e-9)) + 0.5);
        step *= digit == 2 ? 2.5 : 2;
    }
    return step;
}

/* Of one character at size 1. The widths are those of wide fonts; letters by groups. */
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

void canvas_words(struct canvas *canvas, const struct canvas_words_style *words, double room,
                  const char *text) {
    static const char ellipsis[] = "\xe2\x80\xa6";
    char line[WORDS_MAX + 8];
    size_t used = 0, fits = 0; /* bytes of line; those that leave room for an ellipsis */
    double length = 0, dots = words->size * 1.02;
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        size_t taken = utf8_next(text, &code), count;
        length += letter_length(code) * words->size * (words->bold ? 1.12 : 1.0);
        count = utf8_put(code < 0x20 || code == 0x7f ? ' ' : code, bytes);
        if (length > room || used + count > WORDS_MAX) {
            memcpy(line + fits, ellipsis, sizeof ellipsis);
            canvas->kind->words(canvas, words, line);
            return;
        }
        memcpy(line + used, bytes, count);
        used += count;
        text += taken;
        fits = length + dots <= room ? used : fits;
    }
    line[used] = '\0';
    canvas->kind->words(canvas, words, line);
}

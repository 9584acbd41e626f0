/* test_figure_overlap.c: no text of a figure touches another text or the edge of the sheet, with
 * few and many classes, short and long names, few and many epochs. The boxes of the texts come from
 * the SVG, with the length that the widest usual font needs. */
#include "temporary.h"

#include "report_text.h"

#include <math.h>

#include "os/files.h"
#include "report/figures.h"
#include "report/gallery.h"

enum { WORDS_MAX = 24000, CLASSES_MAX = 100 };

/* A rotated rectangle: its centre, half of its sides, and the cosine and sine of its rotation. */
struct box {
    double x, y, across, down, cosine, sine;
    char text[32];
};

static struct box boxes[WORDS_MAX];

static double number_after(const char *text, const char *name) {
    const char *at = strstr(text, name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

/* Replaces the XML escapes of the names in this test. */
static void unescape(char *text) {
    static const char *const escapes[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&#39;"};
    for (char *at = text; (at = strchr(at, '&')) != NULL; at++) {
        for (int i = 0; i < 5; i++) {
            size_t length = strlen(escapes[i]);
            if (strncmp(at, escapes[i], length) == 0) {
                *at = "<>&\"'"[i];
                memmove(at + 1, at + length, strlen(at + length) + 1);
            }
        }
    }
}

/* The box of a <text> element, without the space above and below its letters. */
static struct box box_of(const char *element) {
    char tag[512], words[1024];
    const char *end = strchr(element, '>');
    double size, length, turn = 0, shift;
    struct box box;
    snprintf(tag, sizeof tag, "%.*s", (int)(end - element), element);
    snprintf(words, sizeof words, "%.*s", (int)strcspn(end + 1, "<"), end + 1);
    unescape(words);
    size = number_after(tag, "font-size=\"");
    length = canvas_length(words, size) * (strstr(tag, "bold") != NULL ? 1.12 : 1);
    turn = strstr(tag, "rotate(") != NULL ? number_after(tag, "rotate(") * atan(1.0) / 45 : 0;
    box = (struct box){.x = number_after(tag, " x=\""),
                       .y = number_after(tag, " y=\""),
                       .across = length / 2,
                       .down = 0.46 * size, /* from 0.73 above the line to 0.19 below */
                       .cosine = cos(turn),
                       .sine = sin(turn)};
    shift = strstr(tag, "\"start\"") != NULL ? length / 2
            : strstr(tag, "\"end\"")         ? -length / 2
                                             : 0;
    box.x += shift * box.cosine + 0.27 * size * box.sine;
    box.y += shift * box.sine - 0.27 * size * box.cosine;
    snprintf(box.text, sizeof box.text, "%.31s", words);
    return box;
}

/* Half of the length of the projection of ${box} onto the direction (x, y). */
static double shadow(const struct box *box, double x, double y) {
    return fabs(box->cosine * x + box->sine * y) * box->across +
           fabs(box->cosine * y - box->sine * x) * box->down;
}

/* Two rectangles are disjoint if their projections onto an axis of one of them are. */
static bool overlap(const struct box *a, const struct box *b) {
    const struct box *both[2] = {a, b};
    double x = b->x - a->x, y = b->y - a->y;
    double far = a->across + a->down + b->across + b->down;
    if (fabs(x) > far || fabs(y) > far) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        double u = i % 2 ? -both[i / 2]->sine : both[i / 2]->cosine;
        double v = i % 2 ? both[i / 2]->cosine : both[i / 2]->sine;
        if (fabs(x * u + y * v) >= shadow(a, u, v) + shadow(b, u, v)) {
            return false;
        }
    }
    return true;
}

/* Reads the SVG file ${path} and compares all texts with the sheet and with each other. */
static void check_words(const char *path, const char *what) {
    struct weft_error error = {0};
    char *text;
    size_t size, count = 0;
    double width, height;
    ck_assert_int_eq(os_file_read(path, 1u << 26, &text, &size, &error), WEFT_OK);
    width = number_after(text, " width=\"");
    height = number_after(text, " height=\"");
    for (const char *at = text; (at = strstr(at, "<text")) != NULL; at++) {
        struct box *box = &boxes[count++];
        ck_assert_uint_le(count, WORDS_MAX);
        *box = box_of(at);
        ck_assert_msg(box->x - shadow(box, 1, 0) >= 0 && box->x + shadow(box, 1, 0) <= width &&
                          box->y - shadow(box, 0, 1) >= 0 && box->y + shadow(box, 0, 1) <= height,
                      "%s: \"%s\" leaves the sheet", what, box->text);
        for (size_t i = 0; i + 1 < count; i++) {
            if (overlap(
                    box,
                    &boxes
                        [i])) { /* one assertion for each of millions of pairs would take minutes */
                ck_abort_msg("%s: \"%s\" and \"%s\" overlap", what, box->text, boxes[i].text);
            }
        }
    }
    ck_assert_uint_gt(count, 3);
    free(text);
}

/* The check can fail: equal texts at the same position, rotated or not, and a text beyond the
 * edge. */
START_TEST(overlaps_are_found) {
    struct box a = box_of("<text x=\"50\" y=\"50\" font-size=\"10\" text-anchor=\"middle\">aaaa<");
    struct box b = box_of("<text x=\"50\" y=\"50\" font-size=\"10\" text-anchor=\"end\" "
                          "transform=\"rotate(-45 50 50)\">aaaa<");
    struct box c = box_of("<text x=\"50\" y=\"62\" font-size=\"10\" text-anchor=\"middle\">aaaa<");
    ck_assert(overlap(&a, &a) && overlap(&a, &b) && !overlap(&a, &c) && overlap(&b, &c));
    ck_assert(fabs(a.x - 50) < 1e-9 && fabs(a.y - 47.3) < 1e-9);
}
END_TEST

static void open_svg(struct canvas *canvas, const char *path) {
    struct weft_error error = {0};
    ck_assert_int_eq(canvas_open(canvas, path, THEME_LIGHT, &error), WEFT_OK);
}

static void commit(struct canvas *canvas) {
    struct weft_error error = {0};
    ck_assert_int_eq(canvas_commit(canvas, &error), WEFT_OK);
}

START_TEST(matrices) {
    static const size_t classes[] = {2, 3, 10, 26, 100};
    static const char *const forms[] = {"%zu", "class %zu",
                                        "%zu, a class whose name WWWWWW goes on & on for long",
                                        "%zu \xe9\x9d\xb4\xe9\x9d\xb4 <\xd0\xa9\xd0\xa9>"};
    static char names[CLASSES_MAX][80];
    static const char *list[CLASSES_MAX];
    static uint64_t counts[CLASSES_MAX * CLASSES_MAX];
    for (size_t i = 0; i < 5 * 4 * 2; i++) {
        size_t n = classes[i / 8];
        struct report_evaluation evaluation;
        struct confusion_matrix matrix = {&evaluation, list,
                                          "Confusion matrix, train: 60000 images", i % 2 == 1};
        struct canvas canvas;
        const char *path = temporary_path("matrix.svg");
        char what[64];
        for (size_t k = 0; k < n; k++) {
            snprintf(names[k], sizeof names[k], forms[i / 2 % 4], k);
            list[k] = names[k];
        }
        for (size_t k = 0; k < n * n; k++) {
            counts[k] = k % (n + 1) == 0 ? (n == 2 ? 88888888 : 8888) : k * 7 % 888;
        }
        evaluation = evaluation_of(counts, n, 0.5);
        open_svg(&canvas, path);
        figure_confusion(&canvas, &matrix);
        commit(&canvas);
        snprintf(what, sizeof what, "%zu classes, names \"%.20s\"", n, forms[i / 2 % 4]);
        check_words(path, what);
    }
}
END_TEST

START_TEST(curves) {
    static const size_t epochs[] = {1, 2, 5, 12, 200, 3000};
    for (size_t i = 0; i < 6 * 2; i++) {
        size_t count = epochs[i / 2];
        struct report_epoch *history = calloc(count, sizeof *history);
        struct report_step *steps = calloc(10 * count, sizeof *steps);
        struct curves figure = {history, count, steps, 10 * count};
        struct canvas canvas;
        const char *path = temporary_path("curves.svg");
        char what[64];
        ck_assert(history != NULL && steps != NULL);
        for (size_t k = 0; k < count; k++) {
            double share = (i % 2 ? 12345.678 : 1e-3) / (double)(k + 1);
            history[k] = (struct report_epoch){k + 1, 0.99, share, share, 1, i % 2, 0.98, share};
        }
        for (size_t k = 0; k < 10 * count; k++) {
            steps[k] = (struct report_step){(uint32_t)(k / 10) + 1, 100, 99, 0.5f};
        }
        open_svg(&canvas, path);
        figure_curves(&canvas, &figure);
        commit(&canvas);
        snprintf(what, sizeof what, "%zu epochs", count);
        check_words(path, what);
        for (int accuracy = 0; accuracy < 2; accuracy++) {
            open_svg(&canvas, path);
            figure_curve(&canvas, &figure, accuracy);
            commit(&canvas);
            check_words(path, what);
        }
        free(history);
        free(steps);
    }
}
END_TEST

START_TEST(samples) {
    static const size_t counts[] = {4, 20, 61};
    static uint8_t pixels[61 * 4];
    const char *labels[61];
    for (size_t i = 0; i < 61; i++) {
        labels[i] = i % 3 ? "T-shirt/top" : "a very long name of a class";
    }
    for (size_t i = 0; i < 3; i++) {
        struct gallery gallery = {pixels, counts[i], 2, 2, labels};
        struct canvas canvas;
        const char *path = temporary_path("samples.svg");
        open_svg(&canvas, path);
        gallery_draw(&canvas, &gallery);
        commit(&canvas);
        check_words(path, "samples");
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, overlaps_are_found);
    tcase_add_test(tests, matrices);
    tcase_add_test(tests, curves);
    tcase_add_test(tests, samples);
}

CHECK_MAIN("figure_overlap", add_tests)

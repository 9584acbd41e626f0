/* test_figure_confusion.c: confusion matrices as figures: their content, and difficult names. */
#include "temporary.h"

#include "report_text.h"

#include "data/images.h"
#include "os/files.h"
#include "report/figures.h"

static uint64_t counts[10000];
static char long_names[100][64];
static const char *names[100];

/* ${classes} classes with counts up to 97. Some names are difficult. */
static struct report_evaluation make(size_t classes) {
    static const char *const hard[] = {"a<b>&\"c\"", "Stiefelette \xc3\xa4\xc3\xb6\xc3\xbc",
                                       "two\nlines", "bad \xff byte", "x"};
    for (size_t i = 0; i < classes; i++) {
        snprintf(long_names[i], sizeof long_names[i], "class %zu with a name that is too long", i);
        names[i] = i < 5 ? hard[i] : long_names[i];
    }
    for (size_t i = 0; i < classes * classes; i++) {
        counts[i] = i % (classes + 1) == 0 ? 97 : i % 3 == 0 ? i % 7 : 0;
    }
    return evaluation_of(counts, classes, 0.5);
}

static void draw(const char *path, const struct confusion_matrix *matrix, enum canvas_theme theme) {
    struct weft_error error = {0};
    struct canvas canvas;
    ck_assert_int_eq(canvas_open(&canvas, path, theme, &error), WEFT_OK);
    figure_confusion(&canvas, matrix);
    ck_assert_int_eq(canvas_commit(&canvas, &error), WEFT_OK);
}

/* Returns the content of the file ${path}. The caller frees it. */
static char *content(const char *path, size_t *size) {
    char *bytes;
    struct weft_error error = {0};
    ck_assert_int_eq(os_file_read(path, 1u << 26, &bytes, size, &error), WEFT_OK);
    return bytes;
}

/* Four cells with known colours: 0 is the lightest, the largest the darkest, with white text. */
START_TEST(svg_by_hand) {
    uint64_t four[4] = {8, 0, 2, 6};
    static const char *const two[] = {"Bag", "Ankle boot"};
    struct report_evaluation evaluation = evaluation_of(four, 2, 0.5);
    struct confusion_matrix matrix = {&evaluation, two, "Title", false};
    const char *path = temporary_path("two.svg");
    size_t size;
    char *text;
    draw(path, &matrix, THEME_LIGHT);
    text = content(path, &size);
    ck_assert_ptr_nonnull(strstr(text, ">Title</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">True label</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">Predicted label</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">accuracy=0.8750; misclass=0.1250</text>"));
    ck_assert_uint_eq(count_of(text, ">Ankle boot</text>"), 2);
    ck_assert_ptr_nonnull(strstr(text, "width=\"90\" height=\"90\" fill=\"#0a2f66\""));
    ck_assert_ptr_nonnull(strstr(text, "fill=\"#ffffff\">8</text>"));
    ck_assert_ptr_nonnull(strstr(text, "fill=\"#101418\">2</text>"));
    ck_assert_ptr_nonnull(strstr(text, "fill=\"#101418\">0</text>"));
    free(text);
    matrix.normalize = true;
    draw(path, &matrix, THEME_LIGHT);
    text = content(path, &size);
    ck_assert_ptr_nonnull(strstr(text, ">0.2500</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">0.7500</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">1.0000</text>"));
    free(text);
}
END_TEST

/* Markup in names is escaped, control characters and invalid UTF-8 are replaced, long names are
 * shortened. */
START_TEST(hard_names) {
    struct report_evaluation evaluation = make(10);
    struct confusion_matrix matrix = {&evaluation, names, "a < b & \"c\"", false};
    const char *path = temporary_path("hard.svg");
    size_t size;
    char *text;
    draw(path, &matrix, THEME_DARK);
    text = content(path, &size);
    ck_assert_uint_eq(strlen(text), size);
    ck_assert_uint_eq(count_of(text, ">a&lt;b&gt;&amp;&quot;c&quot;</text>"), 2);
    ck_assert_ptr_nonnull(strstr(text, ">a &lt; b &amp; &quot;c&quot;</text>"));
    ck_assert_uint_eq(count_of(text, ">two lines</text>"), 2);
    ck_assert_uint_eq(count_of(text, ">bad \xef\xbf\xbd byte</text>"), 2);
    ck_assert_uint_eq(count_of(text, "\xc3\xa4\xc3\xb6\xc3\xbc</text>"), 2);
    ck_assert_ptr_nonnull(strstr(text, "\xe2\x80\xa6</text>"));
    ck_assert_ptr_null(strstr(text, "too long"));
    free(text);
}
END_TEST

/* Texts of a line do not touch: cells are as wide as the widest value, in every size. */
START_TEST(sizes) {
    static const size_t classes[] = {2, 10, 21, 40, 100};
    for (size_t i = 0; i < 5; i++) {
        struct report_evaluation evaluation = make(classes[i]);
        for (int normalize = 0; normalize < 2; normalize++) {
            struct confusion_matrix matrix = {&evaluation, names, "Title", normalize};
            const char *path = temporary_path("any.svg"), *at;
            size_t size;
            char *text;
            double cell = 0, letters = 0;
            draw(path, &matrix, THEME_LIGHT);
            text = content(path, &size);
            at = strstr(text, "fill=\"#0a2f66\"");
            ck_assert_ptr_nonnull(at);
            while (*at != '<') {
                at--;
            }
            ck_assert_int_eq(sscanf(strstr(at, "width="), "width=\"%lf\"", &cell), 1);
            at = strstr(text, normalize ? ">0.0" : ">97</text>");
            if (classes[i] > CONFUSION_TABLE_MAX) { /* colours only; the bar has numbers */
                ck_assert_double_eq(cell, 9);
                free(text);
                continue;
            }
            ck_assert(at != NULL || classes[i] < 10);
            while (at != NULL && *at != '<') {
                at--;
            }
            ck_assert(at == NULL ||
                      sscanf(strstr(at, "font-size="), "font-size=\"%lf\"", &letters) == 1);
            ck_assert(canvas_length(normalize ? "0.0000" : "97", letters) + 2 <= cell);
            free(text);
        }
    }
}
END_TEST

/* PNG and PDF have their first and last bytes; a PNG has twice the size of its sheet and is not
 * blank. */
START_TEST(cairo_files) {
    struct report_evaluation evaluation = make(10);
    struct confusion_matrix matrix = {&evaluation, names, "Title", false};
    const char *png = temporary_path("a.png"), *pdf = temporary_path("a.pdf");
    struct weft_error error = {0};
    char *bytes;
    size_t size;
    if (canvas_cairo_version()[0] == '\0') {
        ck_assert_int_eq(canvas_check(png, &error), WEFT_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "without cairo"));
        skip_test("PNG and PDF figures", "built without cairo");
        return;
    }
    draw(png, &matrix, THEME_LIGHT);
    bytes = content(png, &size);
    ck_assert_int_eq(memcmp(bytes, "\x89PNG\r\n\x1a\n", 8), 0);
    /* 10 cells of 54 and the names, doubled */
    ck_assert_uint_gt((unsigned char)bytes[18] * 256u + (unsigned char)bytes[19], 2 * 600);
    ck_assert_uint_gt(size, 20000);
    free(bytes);
    draw(pdf, &matrix, THEME_LIGHT);
    bytes = content(pdf, &size);
    ck_assert_int_eq(memcmp(bytes, "%PDF-", 5), 0);
    ck_assert_uint_gt(size, 5000);
    free(bytes);
}
END_TEST

START_TEST(wrong_paths) {
    struct canvas canvas;
    struct weft_error error = {0};
    ck_assert_int_eq(canvas_check("figure.jpg", &error), WEFT_USAGE);
    ck_assert_ptr_nonnull(strstr(error.message, "figure.jpg"));
    error = (struct weft_error){0};
    ck_assert_int_eq(canvas_check(".svg", &error), WEFT_USAGE);
    error = (struct weft_error){0};
    ck_assert_int_eq(canvas_check("A.SVG", &error), WEFT_OK);
    ck_assert_int_eq(canvas_open(&canvas, temporary_path("none/a.svg"), THEME_LIGHT, &error),
                     WEFT_BAD_FILE);
}
END_TEST

/* A heat map fits the columns of its terminal and has the accuracy. Without colour it has no escape
 * sequence. */
START_TEST(screen) {
    static const int columns[] = {40, 80, 200};
    for (int colour = 0; colour < 2; colour++) {
        for (int i = 0; i < 3; i++) {
            struct report_evaluation evaluation = make(10);
            struct confusion_matrix matrix = {&evaluation, fashion_class_names, "test", false};
            struct screen where = {columns[i], colour, colour && i == 1, true};
            FILE *file = tmpfile();
            static char text[65536];
            ck_assert_ptr_nonnull(file);
            confusion_print(file, &where, &matrix);
            read_text(file, text, sizeof text);
            ck_assert_ptr_nonnull(strstr(text, "test: accuracy: "));
            ck_assert_int_eq(strstr(text, "\x1b[48;") != NULL, colour);
            for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
                int width = 0, escape = 0;
                for (; *line != '\0'; line++) {
                    escape = *line == '\x1b' ? 1 : escape;
                    width += !escape;
                    escape = escape && *line != 'm';
                }
                ck_assert_int_le(width, columns[i]);
            }
        }
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, svg_by_hand);
    tcase_add_test(tests, hard_names);
    tcase_add_test(tests, sizes);
    tcase_add_test(tests, cairo_files);
    tcase_add_test(tests, wrong_paths);
    tcase_add_test(tests, screen);
}

CHECK_MAIN("figure_confusion", add_tests)

/* test_letters.c: letters of many scripts: their width in a terminal, and that a figure shows all
 * of them. */
#include "temporary.h"

#include "report_text.h"

#include "os/terminal.h"
#include "report/canvas.h"
#include "report/label.h"

#ifdef WEFT_CAIRO
#include <cairo.h>
#endif

/* Returns whether the system knows the widths of characters. */
static bool has_widths(void) {
    if (os_character_columns(0x65e5) == 2) {
        return true;
    }
    skip_test("widths of letters", "this system does not have them");
    return false;
}

/* Known widths, some at the ends of ranges. */
START_TEST(columns) {
    static const struct {
        uint32_t code;
        int columns;
    } cases[] = {{'a', 1},     {0xe4, 1},    {0x416, 1},   {0x300, 0},   {0x36f, 0},  {0x370, 1},
                 {0x5d0, 1},   {0x5b0, 0},   {0x628, 1},   {0x64e, 0},   {0x928, 1},  {0x94d, 0},
                 {0xe25, 1},   {0xe31, 0},   {0x200d, 0},  {0xfe0f, 0},  {0xad, 1},   {0x1100, 2},
                 {0x1161, 0},  {0xac00, 2},  {0x3042, 2},  {0x65e5, 2},  {0xff21, 2}, {0xff71, 1},
                 {0x20ac, 1},  {0x2014, 1},  {0x2588, 1},  {0x231a, 2},  {0x231c, 1}, {0x2705, 2},
                 {0x1f45f, 2}, {0x1f600, 2}, {0x1f650, 1}, {0x20000, 2}, {0xfffd, 1}, {0x10fffd, 1},
                 {0x1faf6, 2}, {0xe0100, 0}, {0xe01ef, 0}, {0x3fffe, 1}, {0x1f321, 1}};
    for (size_t i = 0; has_widths() && i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(os_character_columns(cases[i].code) == cases[i].columns, "U+%04X: %d columns",
                      (unsigned)cases[i].code, os_character_columns(cases[i].code));
    }
}
END_TEST

/* A name with wide characters is shortened or padded to the requested columns. */
START_TEST(printed) {
    static const struct {
        const char *name;
        int columns, right;
        const char *expected;
    } cases[] = {
        {"\xe9\x9d\xb4", 4, 0, "\xe9\x9d\xb4  "},
        {"\xe9\x9d\xb4", 4, 1, "  \xe9\x9d\xb4"},
        {"\xe9\x9d\xb4\xe9\x9d\xb4\xe9\x9d\xb4", 5, 0, "\xe9\x9d\xb4\xe9\x9d\xb4."},
        {"\xe9\x9d\xb4\xe9\x9d\xb4\xe9\x9d\xb4", 4, 0, "\xe9\x9d\xb4. "},
        {"\xf0\x9f\x91\x9f shoe", 7, 0, "\xf0\x9f\x91\x9f shoe"},
        {"e\xcc\x81t\xc3\xa9", 4, 1, " e\xcc\x81t\xc3\xa9"},
        {"\x1b[31m\n", 6, 0, " [31m "},
        {"\xc2\x9b"
         "1m\xe2\x80\xae\xe2\x81\xa6",
         6, 0, " 1m   "},
    };
    for (size_t i = 0; has_widths() && i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        FILE *file = tmpfile();
        ck_assert_ptr_nonnull(file);
        label_print(file, cases[i].name, cases[i].columns, cases[i].right);
        read_text(file, text, sizeof text);
        ck_assert_str_eq(text, cases[i].expected);
    }
}
END_TEST

#ifdef WEFT_CAIRO
enum { WIDTH = 200, HEIGHT = 60, X = 10, SIZE = 30 };

/* The inked area of a figure with one text. */
struct ink {
    size_t pixels;
    double left, right, centre; /* in pixels of the sheet */
};

/* Draws ${text} at X into a PNG file, and reads the file back. */
static struct ink draw(const char *text, bool bold) {
    const char *path = temporary_path("text.png");
    struct canvas_text_style style = {
        .x = X, .y = 40, .size = SIZE, .bold = bold, .colour = CANVAS_INK};
    struct ink ink = {.left = WIDTH};
    struct weft_error error = {0};
    struct canvas canvas;
    cairo_surface_t *surface;
    double scale;
    ck_assert_int_eq(canvas_open(&canvas, path, THEME_LIGHT, &error), WEFT_OK);
    canvas_begin(&canvas, WIDTH, HEIGHT);
    canvas_text(&canvas, &style, WIDTH, text);
    ck_assert_int_eq(canvas_commit(&canvas, &error), WEFT_OK);
    surface = cairo_image_surface_create_from_png(path);
    ck_assert_int_eq(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    scale = cairo_image_surface_get_width(surface) / (double)WIDTH;
    for (int y = 0; y < cairo_image_surface_get_height(surface); y++) {
        const uint32_t *row = (const void *)(cairo_image_surface_get_data(surface) +
                                             y * cairo_image_surface_get_stride(surface));
        for (int x = 0; x < cairo_image_surface_get_width(surface); x++) {
            if ((row[x] & 0xffffff) != 0xffffff) {
                ink.pixels++;
                ink.centre += x / scale;
                ink.left = x / scale < ink.left ? x / scale : ink.left;
                ink.right = (x + 1) / scale > ink.right ? (x + 1) / scale : ink.right;
            }
        }
    }
    cairo_surface_destroy(surface);
    ink.centre /= (double)(ink.pixels + (ink.pixels == 0));
    return ink;
}

/* U+10FFFD is in no font: it becomes a box, and the text continues after it. */
START_TEST(every_letter_is_drawn) {
    struct ink box = draw("\xf4\x8f\xbf\xbd", false), letter = draw("a", false);
    struct ink both = draw("\xf4\x8f\xbf\xbd"
                           "a",
                           false);
    ck_assert_uint_gt(box.pixels, 100);
    ck_assert(box.right - box.left > SIZE / 3);
    ck_assert_uint_gt(both.pixels, box.pixels + letter.pixels / 2);
    ck_assert(both.right > box.right + (letter.right - letter.left) / 2);
}
END_TEST

/* Letters of many scripts, normal and bold, or boxes if no font here has them: they leave ink, and
 * are not longer than the layout of a figure assumes. */
START_TEST(scripts) {
    static const char *const texts[] = {"\xe9\x9d\xb4",
                                        "\xf0\x9f\x91\x9f",
                                        "\xd8\xb3\xd8\xaa\xd8\xb1\xd8\xa9",
                                        "\xd1\x88\xd1\x83\xd0\xb1\xd0\xb0",
                                        "\xd7\xa9\xd7\x9e",
                                        "\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4",
                                        "Wagen"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int bold = 0; bold < 2; bold++) {
            struct ink ink = draw(texts[i], bold);
            double length = canvas_length(texts[i], SIZE) * (bold ? 1.12 : 1);
            ck_assert_uint_gt(ink.pixels, 100);
            ck_assert_msg(ink.left > X - 3 && ink.right < X + length + 3, "case %zu: %g to %g", i,
                          ink.left, ink.right);
        }
    }
}
END_TEST

/* A Hebrew text begins on the right: in a text of yod and shin, the larger shin is on the left. */
START_TEST(right_to_left) {
    struct ink yod = draw("\xd7\x99", false), shin = draw("\xd7\xa9", false);
    struct ink both = draw("\xd7\x99 \xd7\xa9", false);
    if (shin.pixels < yod.pixels * 3 / 2) {
        skip_test("right_to_left", "no font with Hebrew letters");
        return;
    }
    ck_assert(both.centre < (both.left + both.right) / 2);
}
END_TEST
#else
START_TEST(no_cairo) {
    skip_test("letters of PNG and PDF figures", "built without cairo");
}
END_TEST
#endif

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, columns);
    tcase_add_test(tests, printed);
#ifdef WEFT_CAIRO
    tcase_add_test(tests, every_letter_is_drawn);
    tcase_add_test(tests, scripts);
    tcase_add_test(tests, right_to_left);
#else
    tcase_add_test(tests, no_cairo);
#endif
}

CHECK_MAIN("letters", add_tests)

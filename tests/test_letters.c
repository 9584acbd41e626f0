/* test_letters.c: letters of every script: how wide they are in a terminal, in which order they stand, and that none is lost in a
 * figure. */
#include "report_text.h"

#include "report/figure_confusion.h"
#include "report/figure_curves.h"
#include "report/gallery.h"
#include "report/letters.h"
#include "report/utf8_print.h"

/* By hand, some at the ends of ranges. */
START_TEST(columns) {
    static const struct {
        uint32_t code;
        int columns;
    } cases[] = {
        {'a', 1},     {0xe4, 1},    {0x416, 1},   {0x300, 0},   {0x36f, 0},   {0x370, 1},
        {0x5d0, 1},   {0x5b0, 0},   {0x628, 1},   {0x64e, 0},   {0x928, 1},   {0x94d, 0},
        {0xe25, 1},   {0xe31, 0},   {0x200d, 0},  {0xfe0f, 0},  {0xad, 1},    {0x1100, 2},
        {0x1161, 0},  {0xac00, 2},  {0x3042, 2},  {0x65e5, 2},  {0xff21, 2},  {0xff71, 1},
        {0x20ac, 1},  {0x2014, 1},  {0x2588, 1},  {0x231a, 2},  {0x231c, 1},  {0x2705, 2},
        {0x1f45f, 2}, {0x1f600, 2}, {0x1f650, 1}, {0x20000, 2}, {0xfffd, 1},  {0x10fffd, 1},
        {0x1faf6, 2}, {0xe0100, 0}, {0xe01ef, 0}, {0x3fffe, 1}, {0x1f321, 1}, {0x4dc0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(utf8_columns(cases[i].code) == cases[i].columns, "U+%04X: %d columns",
                      (unsigned)cases[i].code, utf8_columns(cases[i].code));
    }
}
END_TEST

/* A name of wide characters is cut and filled to the columns that were asked for. */
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
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        FILE *file = tmpfile();
        ck_assert_ptr_nonnull(file);
        utf8_print(file, cases[i].name, cases[i].columns, cases[i].right);
        read_text(file, text, sizeof text);
        ck_assert_str_eq(text, cases[i].expected);
    }
}
END_TEST

/* What stands from left to right, by hand: Hebrew turned round, Arabic joined as well, lam and alef as one letter, marks behind
 * their letters; all else as it was. */
START_TEST(order) {
    static const struct {
        const char *text;
        uint32_t codes[12];
    } cases[] = {
        {"bag", {'b', 'a', 'g'}},
        {"\xe6\x97\xa5 x", {0x65e5, ' ', 'x'}},
        {"\xd7\xa9\xd7\x9e\xd7\x9c", {0x5dc, 0x5de, 0x5e9}},
        {"a \xd7\xa9\xd7\x9e b", {'a', ' ', 0x5de, 0x5e9, ' ', 'b'}},
        {"\xd7\xa9 \xd7\x9e", {0x5de, ' ', 0x5e9}},
        {"\xd7\xa9\xd6\xb8\xd7\x9e", {0x5de, 0x5e9, 0x5b8}},
        /* beh seen teh-marbuta: initial, medial, final */
        {"\xd8\xa8\xd8\xb3\xd8\xa9", {0xfe94, 0xfeb4, 0xfe91}},
        /* waw does not reach out, so that beh stands alone */
        {"\xd9\x88\xd8\xa8", {0xfe8f, 0xfeed}},
        {"\xd9\x84\xd8\xa7", {0xfefb}},
        {"\xd8\xa8\xd9\x84\xd8\xa7", {0xfefc, 0xfe91}},
        /* hamza joins to nothing */
        {"\xd8\xa8\xd8\xa1", {0xfe80, 0xfe8f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t codes[16] = {0};
        size_t count = letters_order(cases[i].text, codes, 16);
        ck_assert_uint_lt(count, 12);
        memset(codes + count, 0, sizeof codes - count * sizeof codes[0]);
        ck_assert_msg(memcmp(codes, cases[i].codes, sizeof cases[i].codes) == 0,
                      "case %zu: U+%04X U+%04X U+%04X", i, (unsigned)codes[0], (unsigned)codes[1],
                      (unsigned)codes[2]);
    }
    ck_assert_uint_eq(letters_order("abcdef", (uint32_t[4]){0}, 4), 4);
}
END_TEST

#ifdef WEFT_CAIRO
/* A sheet of 200 x 60 to write on. */
static cairo_t *sheet(void) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 200, 60);
    cairo_t *cairo = cairo_create(surface);
    cairo_surface_destroy(surface);
    cairo_move_to(cairo, 10, 40);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    return cairo;
}

/* Pixels that are not black. */
static size_t ink(cairo_t *cairo) {
    cairo_surface_t *surface = cairo_get_target(cairo);
    const uint32_t *pixels;
    size_t count = 0;
    cairo_surface_flush(surface);
    pixels = (const void *)cairo_image_surface_get_data(surface);
    for (size_t i = 0; i < 200 * 60; i++) {
        count += (pixels[i] & 0xffffff) != 0;
    }
    return count;
}

/* U+10FFFD is in no font: it becomes a box, which is as wide as it is said to be, and the words go on behind it. */
START_TEST(no_letter_is_lost) {
    static const char box[] = "\xf4\x8f\xbf\xbd", both[] = "a\xf4\x8f\xbf\xbd"
                                                           "b";
    cairo_t *cairo = sheet();
    double x, y, length = letters_length(cairo, box, 30, false);
    ck_assert(length > 10 && length <= canvas_length(box, 30));
    ck_assert_uint_eq(letters_missing(cairo, both, false), 1);
    ck_assert_uint_eq(letters_missing(cairo, "Bag", false), 0);
    ck_assert_uint_eq(ink(cairo), 0); /* nothing was drawn yet */
    letters_show(cairo, box, 30, false);
    ck_assert_uint_gt(ink(cairo), 100);
    cairo_get_current_point(cairo, &x, &y);
    ck_assert(x > 10 + length - 0.01 && x < 10 + length + 0.01 && y == 40);
    ck_assert(letters_length(cairo, both, 30, false) >
              length + letters_length(cairo, "ab", 30, false) - 0.01);
    ck_assert_int_eq(cairo_status(cairo), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cairo);
}
END_TEST

/* Bold and normal letters of many scripts, or boxes where no font here has them: they have a length, and leave ink. */
START_TEST(scripts) {
    static const char *const texts[] = {"\xe9\x9d\xb4", "\xf0\x9f\x91\x9f",
                                        "\xd8\xb3\xd8\xaa\xd8\xb1\xd8\xa9",
                                        "\xd1\x88\xd1\x83\xd0\xb1\xd0\xb0", "\xd7\xa9\xd7\x9e"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int bold = 0; bold < 2; bold++) {
            cairo_t *cairo = sheet();
            letters_show(cairo, texts[i], 30, bold);
            ck_assert_uint_gt(ink(cairo), 100);
            ck_assert(letters_length(cairo, texts[i], 30, bold) > 10);
            ck_assert_int_eq(cairo_status(cairo), CAIRO_STATUS_SUCCESS);
            cairo_destroy(cairo);
        }
    }
}
END_TEST
#else
START_TEST(no_cairo) {
    weft_skip("letters of PNG and PDF figures", "built without cairo");
}
END_TEST
#endif

static void add_tests(TCase *tests) {
    tcase_add_test(tests, columns);
    tcase_add_test(tests, printed);
    tcase_add_test(tests, order);
#ifdef WEFT_CAIRO
    tcase_add_test(tests, no_letter_is_lost);
    tcase_add_test(tests, scripts);
#else
    tcase_add_test(tests, no_cairo);
#endif
}

CHECK_MAIN("letters", add_tests)

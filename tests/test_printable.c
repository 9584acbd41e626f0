/* test_printable.c: text from outside in messages: no control character reaches the terminal. */
#include "check_weft.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/printable.h"
#include "base/utf8.h"

/* Formats into ${room}. */
static const char *format(char room[256], const char *text, ...) PRINTF_FORMAT(2, 3);
static const char *format(char room[256], const char *text, ...) {
    va_list arguments;
    size_t length;
    va_start(arguments, text);
    length = printable_format(room, 256, text, arguments);
    va_end(arguments);
    ck_assert_uint_eq(length, strlen(room));
    return room;
}

/* What snprintf prints is printed here too, as far as it is printable. */
#define AS_PRINTF(...)                                                                             \
    do {                                                                                           \
        char expected[256], room[256];                                                             \
        snprintf(expected, sizeof expected, __VA_ARGS__);                                          \
        ck_assert_str_eq(format(room, __VA_ARGS__), expected);                                     \
    } while (0)

START_TEST(as_printf) {
    const char unterminated[] = {'a', 'b', 'c', 'd'};
    AS_PRINTF("%s", "");
    AS_PRINTF("plain \t text\n");
    AS_PRINTF("%d %i %u %zu %lu %llu %ld %lld", -1, 2, 3u, (size_t)4, 5ul, 6ull, -7l, -8ll);
    AS_PRINTF("[%5d] [%-5d] [%05d] [%5u] [%*d]", -42, -42, -42, 42u, 7, 3);
    AS_PRINTF("0x%08lx %x %llx %02x", 0xbeeful, 255u, 1ull << 40, 7u);
    AS_PRINTF("%f %.2f %6.1f %-8.3f| %g %.9g %e %a", 1.5, 2.345, 99.95, -1.0, 1e-9, 0.1, 12345.6,
              0.75);
    AS_PRINTF("%8s|%-8s|%.3s|%*s|%-*s|%.*s", "right", "left", "cut short", 6, "a", 6, "b", 2, "cd");
    AS_PRINTF("%.*s", (int)sizeof unterminated, unterminated);
    AS_PRINTF("100 %% %c%c", 'x', 'y');
    AS_PRINTF("%s and %s", "two", "strings");
}
END_TEST

START_TEST(shown_by_number) {
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {"two\nlines\r\t\v", "two\\nlines\\r\\t\\x0b"},
        {"\x7f\b", "\\x7f\\x08"},
        {"\x9b"
         "2J",
         "\\x9b2J"}, /* C1 as a byte */
        {"\xc2\x9b"
         "2J",
         "\\u009b2J"},           /* C1 in UTF-8 */
        {"\xc2\x85", "\\u0085"}, /* the next line */
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
        {"a\xe2\x80\xae"
         "b",
         "a\\u202eb"},
        {"\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c", "\\u2066\\u2069\\u061c"},
        {"\xe2\x80\x8b\xef\xbb\xbf", "\\u200b\\ufeff"},
        {"\xf3\xa0\x81\x81", "\\U000e0041"},
        {"\xc3", "\\xc3"},                                     /* not complete */
        {"\xc0\x8a\xed\xa0\x80", "\\xc0\\x8a\\xed\\xa0\\x80"}, /* overlong, a surrogate */
        {"\xff\xfe", "\\xff\\xfe"},
        {"f\xc3\xbcr \xe9\x9d\xb4 \xf0\x9f\x91\x9f", "f\xc3\xbcr \xe9\x9d\xb4 \xf0\x9f\x91\x9f"},
        {"\xef\xbf\xbd", "\xef\xbf\xbd"}, /* U+FFFD itself */
    };
    char room[256];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_str_eq(format(room, "%s", cases[i].text), cases[i].shown);
        /* What was shown once is not changed again. */
        ck_assert_str_eq(format(room, "%s", cases[i].shown), cases[i].shown);
    }
    ck_assert_str_eq(format(room, "%c|%c", '\x1b', '\n'), "\\x1b|\\n");
}
END_TEST

/* A width counts characters; a precision counts bytes and cuts no character. */
START_TEST(width_and_precision) {
    char room[256];
    ck_assert_str_eq(format(room, "%4s|%-4s|", "\xc3\xbc", "\xc3\xbc"), "   \xc3\xbc|\xc3\xbc   |");
    ck_assert_str_eq(format(room, "%6s|", "\x1b"), "  \\x1b|");
    ck_assert_str_eq(format(room, "%.1s|%.2s|%.3s", "\xc3\xbcx", "\xc3\xbcx", "\xc3\xbcx"),
                     "|\xc3\xbc|\xc3\xbcx");
    ck_assert_str_eq(format(room, "%.4s|", "a\xf0\x9f\x91\x9f"), "a|");
    ck_assert_str_eq(format(room, "%.*s|", 0, "x"), "|");
    ck_assert_str_eq(format(room, "%.*s|", -1, "x"), "x|");
}
END_TEST

START_TEST(cut_to_fit) {
    char room[8];
    ck_assert_uint_eq(printable_print(room, sizeof room, "%s", "abc\xc3\xbc\xc3\xbc\xc3\xbc"), 9);
    ck_assert_str_eq(room, "abc\xc3\xbc\xc3\xbc");
    ck_assert_uint_eq(printable_print(room, sizeof room, "123456%s789", "\n"), 11);
    ck_assert_str_eq(room, "123456");
    ck_assert_uint_eq(printable_print(NULL, 0, "%s", "abc"), 3);
    ck_assert_uint_eq(printable_print(room, 1, "%s", "abc"), 3);
    ck_assert_str_eq(room, "");
}
END_TEST

START_TEST(lines) {
    char room[128];
    ck_assert_uint_eq(printable_lines(room, sizeof room, "a:1\n\tb\x1b[m\r\nweft: equal\n", "    "),
                      strlen("a:1\n        b\\x1b[m\n    weft: equal\n    "));
    ck_assert_str_eq(room, "a:1\n        b\\x1b[m\n    weft: equal\n    ");
    ck_assert_uint_eq(printable_lines(room, 4, "a\nb\nc", ""), 5);
    ck_assert_str_eq(room, "a\nb");
}
END_TEST

/* Every character and every byte: nothing that utf8_is_control names is left. */
START_TEST(no_control_is_left) {
    char text[5], room[64];
    uint32_t wrong = 0;
    for (uint32_t code = 1; code < 0x110000; code++) {
        const char *shown = room;
        if (code >= 0xd800 && code < 0xe000) {
            continue;
        }
        utf8_put(code, text);
        printable_print(room, sizeof room, "%s", text);
        while (*shown != '\0') {
            uint32_t seen;
            size_t length = utf8_next(shown, &seen);
            bool invalid = seen == 0xfffd && length == 1;
            wrong = invalid || utf8_is_control(seen) || seen == '\n' ? code : wrong;
            shown += length;
        }
    }
    ck_assert_msg(wrong == 0, "U+%04X", (unsigned)wrong);
}
END_TEST

START_TEST(errors) {
    struct weft_error error = {0};
    error_set(&error, WEFT_BAD_FILE, "%s:\n  %s", "a\nb", "\x1b[2J");
    error_context(&error, "%s", "c\x9b");
    error_hint(&error, "%s", "\xe2\x80\xae");
    ck_assert_str_eq(error.message, "c\\x9b: a\\nb:\n  \\x1b[2J");
    ck_assert_str_eq(error.hint, "\\u202e");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, as_printf);
    tcase_add_test(tests, shown_by_number);
    tcase_add_test(tests, width_and_precision);
    tcase_add_test(tests, cut_to_fit);
    tcase_add_test(tests, lines);
    tcase_add_test(tests, no_control_is_left);
    tcase_add_test(tests, errors);
}

CHECK_MAIN("printable", add_tests)

/* test_json_read.c: which texts are JSON, and numbers and strings that are unchanged when they are
 * read. */
#include "check_weft.h"

#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/numbers.h"
#include "base/random.h"
#include "base/text.h"

static enum weft_status parse(const char *text, size_t size) {
    /* In a block of the exact size, so that a sanitizer finds a read after the end. */
    char *copy = malloc(size > 0 ? size : 1);
    json_t *json;
    enum weft_status status;
    memcpy(copy, text, size);
    status = json_read(copy, size, &json, NULL);
    ck_assert((status == WEFT_OK) == (json != NULL));
    json_decref(json);
    free(copy);
    return status;
}

START_TEST(good_texts) {
    static const char *const texts[] = {
        "0",
        "-0",
        "1.5e+3",
        "1E5",
        "true",
        "false",
        "null",
        "\"\"",
        "[]",
        "{}",
        " \t\r\n[ 1 , 2 ] ",
        "{\"a\": {\"a\": [{\"a\": 1}]}, \"b\": 1, \"A\": 2}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\"",
        "\"\\ud83d\\ude00\"",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "18446744073709551616",
        "123456789012345678901234567890123456789012345678901234567890",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(parse(texts[i], strlen(texts[i])) == WEFT_OK, "%s", texts[i]);
    }
}
END_TEST

START_TEST(bad_texts) {
    static const char *const texts[] = {
        "",
        " ",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "-",
        "--1",
        "0x10",
        "nan",
        "Infinity",
        "1e999",
        "tru",
        "nulll",
        "'a'",
        "\"a",
        "\"a\nb\"",
        "\"\x01\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "\"\\ud83d\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "]",
        "[1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"a\":2}",
        "[{\"b\":[{\"a\":1,\"c\":0,\"a\":1}]}]",
        "{\"a\":1,\"\\u0061\":2}",
        "1 1",
        "[] x",
        "\xef\xbb\xbf[]",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xe2\x82\"",
        "\"\x80\"",
        "// c\n1",
        "1234567890123456789012345678901234567890123456789012345678901",
        "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(parse(texts[i], strlen(texts[i])) == WEFT_BAD_FILE, "%s", texts[i]);
    }
    ck_assert_int_eq(parse("[]\0", 3), WEFT_BAD_FILE);
    ck_assert_int_eq(parse("[\0]", 3), WEFT_BAD_FILE);
    ck_assert_int_eq(parse("\"a\0b\"", 5), WEFT_BAD_FILE);
}
END_TEST

/* Parses a list of ${count} zeros. */
static enum weft_status parse_zeros(size_t count) {
    size_t size = 2 * count + 1;
    char *text = malloc(size);
    enum weft_status status;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + 2 * i, ",0", 2);
    }
    text[0] = '[';
    text[size - 1] = ']';
    status = parse(text, size);
    free(text);
    return status;
}

START_TEST(too_many_values) {
    const size_t most = JSON_READ_VALUES - JSON_READ_CONTAINER;
    ck_assert_int_eq(parse_zeros(most), WEFT_OK); /* and the list */
    ck_assert_int_eq(parse_zeros(most + 1), WEFT_BAD_FILE);
}
END_TEST

START_TEST(whole_numbers) {
    static const struct {
        const char *text;
        bool good;
    } cases[] = {{"0", true},      {"-0", true},   {"7", true},      {"255", true},
                 {"256", false},   {"-1", false},  {"1.5", false},   {"1e2", true},
                 {"\"7\"", false}, {"[7]", false}, {"1e300", false}, {"true", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json;
        uint64_t number = 99;
        ck_assert_int_eq(json_read(cases[i].text, strlen(cases[i].text), &json, NULL), WEFT_OK);
        ck_assert_msg(json_read_integer(json, 255, &number) == cases[i].good, "%s", cases[i].text);
        ck_assert_uint_eq(number, cases[i].good ? (uint64_t)strtod(cases[i].text, NULL) : 99);
        json_decref(json);
    }
    ck_assert(!json_read_integer(NULL, 255, &(uint64_t){0}));
}
END_TEST

/* Exact above 2^53, where a double is not, up to 63 bits. */
START_TEST(integers_are_exact) {
    static const char text[] = "[9007199254740993, 9223372036854775807, -9223372036854775808]";
    static const char larger[] = "[18446744073709551615, 7]";
    uint64_t number;
    json_t *json;
    ck_assert_int_eq(json_read(text, strlen(text), &json, NULL), WEFT_OK);
    ck_assert(json_read_integer(json_array_get(json, 0), UINT64_MAX, &number));
    ck_assert_uint_eq(number, UINT64_C(9007199254740993));
    ck_assert(json_read_integer(json_array_get(json, 1), UINT64_MAX, &number));
    ck_assert_uint_eq(number, INT64_MAX);
    ck_assert(!json_read_integer(json_array_get(json, 2), UINT64_MAX, &number));
    json_decref(json);
    ck_assert_int_eq(json_read(larger, strlen(larger), &json, NULL), WEFT_OK);
    ck_assert(!json_read_integer(json_array_get(json, 0), UINT64_MAX, &number));
    ck_assert(json_read_integer(json_array_get(json, 1), UINT64_MAX, &number));
    ck_assert_uint_eq(number, 7);
    json_decref(json);
}
END_TEST

/* Lists and objects count as several values, also empty ones, and those in a text as none. */
START_TEST(values_are_counted) {
    static const char *const texts[] = {"[%s0]", "[%s[]]", "[%s{}]", "[%s\",[{\\\"\"]",
                                        "[%s{\"a\":0}]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        static const size_t last[] = {1, JSON_READ_CONTAINER, JSON_READ_CONTAINER, 1,
                                      JSON_READ_CONTAINER + 1};
        const size_t most = JSON_READ_VALUES - JSON_READ_CONTAINER - last[i];
        for (size_t more = 0; more < 2; more++) {
            struct text zeros = {0}, text = {0};
            char *bytes;
            for (size_t j = 0; j < most + more; j++) {
                text_add_bytes(&zeros, "0,", 2);
            }
            text_add(&text, texts[i], zeros.bytes);
            free(zeros.bytes);
            bytes = text_take(&text);
            ck_assert_int_eq(parse(bytes, strlen(bytes)), more > 0 ? WEFT_BAD_FILE : WEFT_OK);
            free(bytes);
        }
    }
}
END_TEST

static void assert_float_back(uint32_t bits) {
    float value, back;
    char digits[32];
    json_t *json;
    memcpy(&value, &bits, sizeof value);
    number_float(value, digits);
    ck_assert_int_eq(json_read(digits, strlen(digits), &json, NULL), WEFT_OK);
    back = (float)json_number_value(json);
    ck_assert_msg(memcmp(&back, &value, sizeof back) == 0, "%08x as %s", bits, digits);
    json_decref(json);
}

START_TEST(floats_round_trip) {
    uint32_t words[4];
    for (uint32_t i = 0; i < 5000; i++) {
        random_draw(1, RANDOM_INITIAL, 0, i, words);
        for (int j = 0; j < 4; j++) {
            if ((words[j] & 0x7f800000) != 0x7f800000) {
                assert_float_back(words[j]);
            }
        }
    }
    assert_float_back(0);
    assert_float_back(0x80000000);
    assert_float_back(1);
    assert_float_back(0x7f7fffff);
}
END_TEST

START_TEST(floats_are_short) {
    static const struct {
        float value;
        const char *digits;
    } cases[] = {{0.1f, "0.1"}, {1e-5f, "1e-05"}, {1.0f, "1"}, {1.0f / 3.0f, "0.33333334"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char digits[32];
        ck_assert_str_eq(number_float(cases[i].value, digits), cases[i].digits);
    }
}
END_TEST

START_TEST(a_point_in_every_locale) {
    static const char *const written[] = {"-1.5e-07", "-1,5e-07", "-1\331\2535e-07"};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        char digits[32];
        strcpy(digits, written[i]);
        ck_assert_str_eq(number_point(digits), "-1.5e-07");
    }
}
END_TEST

START_TEST(strings_round_trip) {
    char string[1024], *quoted, shown[80];
    struct json_writer writer = {0};
    json_t *json;
    for (int i = 1; i < 128; i++) {
        string[i - 1] = (char)i;
    }
    strcpy(string + 127, "\xc3\xa9");
    json_write_string(&writer, NULL, string);
    ck_assert_int_eq(json_write_take(&writer, &quoted, NULL), WEFT_OK);
    ck_assert_int_eq(json_read(quoted, strlen(quoted), &json, NULL), WEFT_OK);
    ck_assert_str_eq(json_string_value(json), string);
    json_decref(json);
    free(quoted);
    ck_assert_str_eq(text_printable("a\x1b[1mb\xc3", shown), "a?[1mb?");
    text_printable(string, shown);
    ck_assert_uint_eq(strlen(shown), 79);
    ck_assert_str_eq(shown + 76, "...");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, good_texts);
    tcase_add_test(tests, bad_texts);
    tcase_add_test(tests, too_many_values);
    tcase_add_test(tests, values_are_counted);
    tcase_add_test(tests, whole_numbers);
    tcase_add_test(tests, integers_are_exact);
    tcase_add_test(tests, floats_round_trip);
    tcase_add_test(tests, floats_are_short);
    tcase_add_test(tests, a_point_in_every_locale);
    tcase_add_test(tests, strings_round_trip);
}

CHECK_MAIN("json_read", add_tests)

/* test_json_position.c: line and column of values and keys in JSON texts. */
#include "check_weft.h"

#include <string.h>

#include "base/json_position.h"
#include "base/json_read.h"

static const char text[] =
    "\n{\"input\": [1, 28, 28],\n"
    "\t\"layers\" : [\n"
    "    {\"kind\": \"relu\", \"na\\u006de\": \"a\\\"]}\\\\\"},\r\n"
    "    { \"kind\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\" ,\"s\":[[1,{}], "
    "{\"x\": []},true ,-1.5e3]}]\n}\n";

static void assert_position(struct json_position position, size_t line, size_t column) {
    ck_assert_uint_eq(position.line, line);
    ck_assert_uint_eq(position.column, column);
}

/* Finds the way "layers", ${layer}, ${member}, ${element}, as far as there is one. */
static void assert_found(int layer, const char *member, int element, bool key, size_t line,
                         size_t column) {
    struct json_path path = {.key = key};
    enum weft_status status = WEFT_BAD_FILE;
    if (element >= 0) {
        status = json_path_element(&path, (size_t)element, status);
    }
    if (member != NULL) {
        status = json_path_member(&path, member, status);
    }
    if (layer >= 0) {
        status = json_path_element(&path, (size_t)layer, status);
    }
    ck_assert_int_eq(json_path_member(&path, "layers", status), WEFT_BAD_FILE);
    assert_position(json_position_find(text, &path), line, column);
}

START_TEST(values) {
    json_t *json;
    const struct json_path none = {.count = 0};
    ck_assert_int_eq(json_read(text, strlen(text), &json, NULL), WEFT_OK);
    json_decref(json);
    assert_position(json_position_find(text, &none), 2, 1);
    assert_found(-1, NULL, -1, false, 3, 13);
    assert_found(-1, NULL, -1, true, 3, 2);
    assert_found(0, NULL, -1, false, 4, 5);
    assert_found(0, "kind", -1, false, 4, 14);
    assert_found(0, "name", -1, false, 4, 35);
    assert_found(0, "name", -1, true, 4, 22);
    assert_found(1, NULL, -1, false, 5, 5);
    assert_found(1, "kind", -1, false, 5, 14);
    assert_found(1, "s", -1, true, 5, 21); /* after characters of 2, 3 and 4 bytes */
    assert_found(1, "s", -1, false, 5, 25);
    assert_found(1, "s", 0, false, 5, 26);
    assert_found(1, "s", 1, false, 5, 34);
    assert_found(1, "s", 2, false, 5, 44);
    assert_found(1, "s", 3, false, 5, 50);
}
END_TEST

START_TEST(ways_that_end) {
    assert_found(2, "kind", -1, false, 3, 13);
    assert_found(0, "inputs", 1, true, 4, 5);
    assert_found(0, "kind", 1, false, 4, 14);
    assert_found(1, "s", 4, false, 5, 25);
}
END_TEST

START_TEST(paths) {
    struct json_path path = {.count = 0};
    ck_assert_int_eq(json_path_member(&path, "a", WEFT_OK), WEFT_OK);
    ck_assert_uint_eq(path.count, 0);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_int_eq(json_path_element(&path, i, WEFT_BAD_FILE), WEFT_BAD_FILE);
    }
    ck_assert_uint_eq(path.count, JSON_PATH_STEPS);
}
END_TEST

/* What jansson refuses has its own position. */
START_TEST(refused_texts) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "list:1:1: not JSON: unexpected token near end of file"},
        {"[1,\n 2 3]", "list:2:4: not JSON: ']' expected near '3'"},
        {"[\"\xc3\xa9\", x]", "list:1:7: not JSON: invalid token near 'x'"},
        {"[1,\n2", "list:2:1: not JSON: ']' expected near end of file"},
        {"{\"a\": 1,\n \"a\": 2}", "list:2:4: not JSON: duplicate object key"},
        {"[\n[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "list:2:16: not JSON: too many nested"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weft_error error = {0};
        json_t *json;
        ck_assert_int_eq(json_read_text(cases[i].text, "list", &json, &error), WEFT_BAD_FILE);
        ck_assert_ptr_null(json);
        ck_assert_msg(strncmp(error.message, cases[i].message, strlen(cases[i].message)) == 0,
                      "\"%s\" is not \"%s\"", error.message, cases[i].message);
    }
}
END_TEST

START_TEST(offsets) {
    assert_position(json_position_of("ab\ncd", 0), 1, 1);
    assert_position(json_position_of("ab\ncd", 2), 1, 3);
    assert_position(json_position_of("ab\ncd", 3), 2, 1);
    assert_position(json_position_of("ab\ncd", 5), 2, 3);
    assert_position(json_position_of("ab\ncd", 50), 2, 3);
    assert_position(json_position_of("\xc3\xa9\xff", 1), 1, 1); /* inside a character */
    assert_position(json_position_of("\xc3\xa9\xff", 2), 1, 2);
    assert_position(json_position_of("\xc3\xa9\xff", 3), 1, 3);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, values);
    tcase_add_test(tests, ways_that_end);
    tcase_add_test(tests, paths);
    tcase_add_test(tests, refused_texts);
    tcase_add_test(tests, offsets);
}

CHECK_MAIN("json_position", add_tests)

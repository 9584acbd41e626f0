/* test_json_write.c: the writer's output is JSON, and its numbers have the same bits when they are
 * read. */
#include "report_text.h"

#include <float.h>
#include <jansson.h>
#include <math.h>

#include "base/json_write.h"
#include "base/numbers.h"
#include "cli/json.h"

/* Returns the text of ${json}, which the caller frees. */
static char *take(struct json_writer *json) {
    struct weft_error error = {0};
    char *text;
    ck_assert_int_eq(json_write_take(json, &text, &error), WEFT_OK);
    ck_assert_ptr_nonnull(text);
    return text;
}

static void expect(struct json_writer *json, const char *expected) {
    char *text = take(json);
    ck_assert_str_eq(text, expected);
    free(text);
}

/* Pseudo-random bits that are the same in each run. */
static uint64_t next_bits(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ (*state >> 29);
}

START_TEST(every_kind) {
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "epoch");
    json_write_integer(&json, "seed", UINT64_MAX);
    json_write_float(&json, "lr", 0.01f);
    json_write_double(&json, "loss", 276.2);
    json_write_bool(&json, "yes", true);
    json_write_bool(&json, "no", false);
    json_write_null(&json, "none");
    json_write_string(&json, "nothing", NULL);
    json_write_open(&json, "empty", '[');
    json_write_close(&json, ']');
    json_write_open(&json, "matrix", '[');
    for (uint64_t i = 0; i < 2; i++) {
        json_write_open(&json, NULL, '[');
        json_write_integer(&json, NULL, i);
        json_write_integer(&json, NULL, 2);
        json_write_close(&json, ']');
    }
    json_write_close(&json, ']');
    json_write_raw(&json, "raw", "{\"a\": 1}");
    json_write_open(&json, "object", '{');
    json_write_close(&json, '}');
    json_write_seconds(&json, "seconds", 0.12345678);
    json_write_close(&json, '}');
    expect(&json, "{\"event\":\"epoch\",\"seed\":18446744073709551615,\"lr\":0.01,\"loss\":276.2,"
                  "\"yes\":true,\"no\":false,\"none\":null,\"nothing\":null,\"empty\":[],"
                  "\"matrix\":[[0,2],[1,2]],\"raw\":{\"a\": 1},\"object\":{},"
                  "\"seconds\":0.123457}");
}
END_TEST

START_TEST(indented) {
    struct json_writer json = {.indented = true};
    json_write_open(&json, NULL, '{');
    json_write_integer(&json, "a", 1);
    json_write_open(&json, "b", '{');
    json_write_open(&json, "c", '[');
    json_write_integer(&json, NULL, 1);
    json_write_open(&json, NULL, '{');
    json_write_integer(&json, "d", 2);
    json_write_close(&json, '}');
    json_write_close(&json, ']');
    json_write_close(&json, '}');
    json_write_open(&json, "e", '{');
    json_write_close(&json, '}');
    json_write_close(&json, '}');
    expect(&json, "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [1,{\"d\": 2}]\n  },\n  \"e\": {}\n}");
}
END_TEST

START_TEST(no_nan_and_no_infinity) {
    struct json_writer json = {0};
    json_write_open(&json, NULL, '[');
    json_write_float(&json, NULL, NAN);
    json_write_float(&json, NULL, INFINITY);
    json_write_double(&json, NULL, -INFINITY);
    json_write_double(&json, NULL, NAN);
    json_write_seconds(&json, NULL, NAN);
    json_write_float(&json, NULL, -0.0f);
    json_write_close(&json, ']');
    expect(&json, "[null,null,null,null,null,-0]");
}
END_TEST

START_TEST(floats_round_trip) {
    uint64_t state = 1;
    char text[32];
    for (int i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)(next_bits(&state) >> 16), again;
        float value, back;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            back = strtof(number_float(value, text), NULL);
            memcpy(&again, &back, sizeof again);
            ck_assert_msg(again == bits, "%08x printed as %s", bits, text);
        }
    }
    ck_assert_str_eq(number_float(0.1f, text), "0.1");
    ck_assert_str_eq(number_float(FLT_MAX, text), "3.4028235e+38");
    ck_assert_str_eq(number_float(1e-9f, text), "1e-09");
    ck_assert_str_eq(number_float(16777216.0f, text), "16777216");
}
END_TEST

START_TEST(doubles_round_trip) {
    uint64_t state = 2;
    char text[32];
    for (int i = 0; i < 30000; i++) {
        uint64_t bits = next_bits(&state), again;
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            back = strtod(number_double(value, text), NULL);
            memcpy(&again, &back, sizeof again);
            ck_assert_msg(again == bits, "%016llx printed as %s", (unsigned long long)bits, text);
        }
    }
    ck_assert_str_eq(number_double(0.8306, text), "0.8306");
    ck_assert_str_eq(number_double(300.0, text), "300");
    ck_assert_str_eq(number_double(-1e9, text), "-1e+09");
    ck_assert_str_eq(number_double(DBL_MAX, text), "1.7976931348623157e+308");
}
END_TEST

START_TEST(strings) {
    struct json_writer json = {0};
    json_write_string(&json, NULL, "quote \" back \\ tab \t line \n bell \a del \x7f \xc3\xa9");
    expect(&json, "\"quote \\\" back \\\\ tab \\u0009 line \\u000a bell \\u0007 del \\u007f "
                  "\xc3\xa9\"");
}
END_TEST

/* Bytes that are not UTF-8, and truncated characters, become U+FFFD. Valid UTF-8 stays. */
START_TEST(broken_utf8) {
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"\xff", "\"\\ufffd\""},
        {"a\x80z", "\"a\\ufffdz\""},
        {"\xc3", "\"\\ufffd\""},
        {"\xe2\x82", "\"\\ufffd\\ufffd\""},
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},                       /* overlong */
        {"\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\""},            /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* above U+10FFFF */
        {"\xf0\x80\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* overlong */
        {"\xe2\x82\xac\xf0\x9f\x91\x9f", "\"\xe2\x82\xac\xf0\x9f\x91\x9f\""},
        {"\xed\x9f\xbf\xf4\x8f\xbf\xbf", "\"\xed\x9f\xbf\xf4\x8f\xbf\xbf\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_writer json = {0};
        json_write_string(&json, NULL, cases[i].text);
        expect(&json, cases[i].expected);
    }
}
END_TEST

/* Long enough for many allocations, and read by another parser. */
START_TEST(long_value) {
    struct json_writer json = {0};
    json_t *read;
    char *text;
    json_write_open(&json, NULL, '[');
    for (uint64_t i = 0; i < 20000; i++) {
        json_write_integer(&json, NULL, i * i);
    }
    json_write_close(&json, ']');
    text = take(&json);
    read = json_loads(text, 0, NULL);
    ck_assert_int_eq(json_array_size(read), 20000);
    ck_assert_double_eq(json_number_value(json_array_get(read, 19999)), 19999.0 * 19999.0);
    json_decref(read);
    free(text);
}
END_TEST

START_TEST(device_event) {
    const struct weft_device device = {.index = 2,
                                       .platform = 1,
                                       .compute_units = 8,
                                       .usable = true,
                                       .global_memory = UINT64_C(1) << 40,
                                       .platform_name = "Some \"platform\"",
                                       .type = "gpu",
                                       .fp_config = "denorm fma"};
    struct json_writer json = {0};
    json_t *read;
    char *text;
    json_write_open(&json, NULL, '{');
    cli_json_device(&json, "device", &device);
    json_write_close(&json, '}');
    text = take(&json);
    read = json_loads(text, 0, NULL);
    json_t *object = json_object_get(read, "device");
    ck_assert_str_eq(json_string_value(json_object_get(object, "platform")), "Some \"platform\"");
    ck_assert_uint_eq(json_array_size(json_object_get(object, "fp_config")), 2);
    ck_assert_double_eq(json_number_value(json_object_get(object, "global_memory")),
                        1099511627776.0);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "index")), 2);
    ck_assert(json_is_false(json_object_get(object, "default")));
    json_decref(read);
    free(text);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, every_kind);
    tcase_add_test(tests, indented);
    tcase_add_test(tests, no_nan_and_no_infinity);
    tcase_add_test(tests, floats_round_trip);
    tcase_add_test(tests, doubles_round_trip);
    tcase_add_test(tests, strings);
    tcase_add_test(tests, broken_utf8);
    tcase_add_test(tests, long_value);
    tcase_add_test(tests, device_event);
}

CHECK_MAIN("json_write", add_tests)

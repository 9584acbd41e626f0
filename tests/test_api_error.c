/* test_api_error.c: error objects, statuses, versions, and structures of another size. */
#include "api_status.h"
#include "check_weft.h"

static const char LIST[] = "{\"input\": [4], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "
                           "\"out_features\": 2}]}";

START_TEST(cleared_by_each_call) {
    struct weft_error *error = weft_error_create();
    struct weft_network *network = (struct weft_network *)error;
    ck_assert_int_eq(weft_error_status(error), WEFT_OK);
    ck_assert_str_eq(weft_error_message(error), "");
    ck_assert_str_eq(weft_error_hint(error), "");
    USAGE(weft_network_create(NULL, &network, error), "weft_network_create: json is NULL");
    ck_assert_ptr_null(network);
    expect_status(weft_network_create("[", &network, error), error, WEFT_BAD_FILE, "network:1:1: ");
    ck_assert_ptr_null(strstr(weft_error_message(error), "json is NULL"));
    ck_assert_ptr_null(network);
    SUCCESS(weft_network_create(LIST, &network, error));
    weft_network_destroy(network);
    weft_error_destroy(error);
}
END_TEST

START_TEST(without_an_object) {
    struct weft_network *network;
    ck_assert_int_eq(weft_network_create(NULL, &network, NULL), WEFT_USAGE);
    ck_assert_int_eq(weft_network_create("[", &network, NULL), WEFT_BAD_FILE);
    ck_assert_int_eq(
        weft_network_create("{\"input\": [4], \"layers\": [{\"kind\": \"x\"}]}", &network, NULL),
        WEFT_BAD_FILE);
    ck_assert_int_eq(weft_error_status(NULL), WEFT_OK);
    ck_assert_str_eq(weft_error_message(NULL), "");
    ck_assert_str_eq(weft_error_hint(NULL), "");
    weft_error_destroy(NULL);
    weft_free(NULL);
}
END_TEST

/* A message may hold what a caller passed: no control character reaches a terminal. */
START_TEST(control_characters) {
    struct weft_error *error = weft_error_create();
    struct weft_network *network;
    struct weft_model *model;
    float values[2];
    SUCCESS(weft_network_create(LIST, &network, error));
    SUCCESS(weft_model_create(network, 1, &model, error));
    USAGE(weft_model_get(model, "\x1b[2J\n", values, 2, error), "name is \"\\x1b[2J\\n\"");
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_error_destroy(error);
}
END_TEST

START_TEST(texts_of_statuses) {
    for (int i = WEFT_OK; i <= WEFT_FAILED; i++) {
        const char *text = weft_status_text((enum weft_status)i);
        ck_assert_str_ne(text, "");
        ck_assert_str_ne(text, "unknown status");
        for (int j = WEFT_OK; j < i; j++) {
            ck_assert_str_ne(text, weft_status_text((enum weft_status)j));
        }
    }
    ck_assert_str_eq(weft_status_text(WEFT_NO_MEMORY), "no memory");
    ck_assert_str_eq(weft_status_text((enum weft_status)99), "unknown status");
    ck_assert_str_eq(weft_status_text((enum weft_status) - 1), "unknown status");
}
END_TEST

START_TEST(versions) {
    unsigned major, minor, patch;
    ck_assert_int_eq(sscanf(weft_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    ck_assert_uint_eq(WEFT_VERSION_NUMBER, 10000 * major + 100 * minor + patch);
    ck_assert_uint_eq(weft_version_number(), WEFT_VERSION_NUMBER);
}
END_TEST

/* struct weft_needs of a later version, which has two more members. */
struct later {
    struct weft_needs known;
    uint64_t more[2];
};

START_TEST(structures_of_another_size) {
    struct weft_error *error = weft_error_create();
    struct weft_network *network;
    struct weft_needs needs = {.size = sizeof needs};
    struct later later = {.known = {.size = sizeof later}};
    SUCCESS(weft_network_create(LIST, &network, error));
    SUCCESS(weft_network_needs(network, 16, false, &needs, error));
    ck_assert_uint_eq(needs.size, sizeof needs);
    ck_assert_uint_gt(needs.arrays, 0);
    SUCCESS(weft_network_needs(network, 16, false, &later.known, error));
    ck_assert_uint_eq(later.known.size, sizeof later);
    ck_assert_uint_eq(later.known.flop, needs.flop);
    later.more[1] = 1;
    USAGE(weft_network_needs(network, 16, false, &later.known, error),
          "weft_network_needs: needs has members that this version of the library does not know");
    for (size_t i = 0; i < 3; i++) {
        needs.size = i == 0 ? 0 : i == 1 ? sizeof needs - 1 : SIZE_MAX;
        USAGE(weft_network_needs(network, 16, false, &needs, error), "needs->size is ");
    }
    weft_network_destroy(network);
    weft_error_destroy(error);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, cleared_by_each_call);
    tcase_add_test(tests, without_an_object);
    tcase_add_test(tests, control_characters);
    tcase_add_test(tests, texts_of_statuses);
    tcase_add_test(tests, versions);
    tcase_add_test(tests, structures_of_another_size);
}

CHECK_MAIN("api_error", add_tests)

/* test_error.c: the first cause is kept, context is put before it, and a hint is kept. */
#include "check_weft.h"

#include "base/error.h"

START_TEST(first_cause_is_kept) {
    struct weft_error error = {0};
    ck_assert_int_eq(error_set(&error, WEFT_BAD_FILE, "file %d", 1), WEFT_BAD_FILE);
    ck_assert_int_eq(error_set(&error, WEFT_FAILED, "later"), WEFT_FAILED);
    ck_assert_int_eq(error.status, WEFT_BAD_FILE);
    ck_assert_str_eq(error.message, "file 1");
}
END_TEST

START_TEST(context_and_hint) {
    struct weft_error error = {0};
    error_set(&error, WEFT_BAD_DEVICE, "CL_OUT_OF_RESOURCES");
    ck_assert_int_eq(error_context(&error, "clFinish"), WEFT_BAD_DEVICE);
    error_hint(&error, "try a smaller batch");
    error_hint(&error, "not this");
    ck_assert_str_eq(error.message, "clFinish: CL_OUT_OF_RESOURCES");
    ck_assert_str_eq(error.hint, "try a smaller batch");
    ck_assert_int_eq(error_set(NULL, WEFT_USAGE, "no error to fill"), WEFT_USAGE);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, first_cause_is_kept);
    tcase_add_test(tests, context_and_hint);
}

CHECK_MAIN("status", add_tests)

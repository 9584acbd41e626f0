/* api_status.c: what calls of public functions returned. */
#include "api_status.h"

void expect_status(enum weft_status status, const struct weft_error *error,
                   enum weft_status expected, const char *text) {
    const char *message = weft_error_message(error);
    ck_assert_msg(status == expected, "status %d, not %d: %s", (int)status, (int)expected, message);
    ck_assert_int_eq(weft_error_status(error), expected);
    ck_assert_msg(strstr(message, text) != NULL, "\"%s\" does not have \"%s\"", message, text);
}

void expect_success(enum weft_status status, const struct weft_error *error) {
    expect_status(status, error, WEFT_OK, "");
    ck_assert_str_eq(weft_error_message(error), "");
    ck_assert_str_eq(weft_error_hint(error), "");
}

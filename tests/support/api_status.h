/* api_status.h: what calls of public functions returned. */
#ifndef API_STATUS_H
#define API_STATUS_H

#include <check.h>
#include <string.h>

#include "weft/weft.h"

/* Fails unless ${status}, which a call with ${error} returned, is ${expected}, ${error} has it too,
 * and the message has ${text}. */
void expect_status(enum weft_status status, const struct weft_error *error,
                   enum weft_status expected, const char *text);

/* Fails unless ${status}, which a call with ${error} returned, is WEFT_OK, and ${error} is
 * empty. */
void expect_success(enum weft_status status, const struct weft_error *error);

#define USAGE(call, text) expect_status(call, error, WEFT_USAGE, text)
#define SUCCESS(call)     expect_success(call, error)

#endif

/* wrong_use.h: for tests that use the library wrongly, in each way that a program can: every call
 * has to give the right status and a message that names the function, and must not crash. */
#ifndef WRONG_USE_H
#define WRONG_USE_H

#include "check_weft.h"

#include <string.h>
#include <weft/weft.h>

static struct weft_error *error;
static unsigned wrong_uses, accepted;

/* Checks what the wrong use ${call} returned: ${status}, which has to be ${expected}. */
static inline void wrong_use(const char *call, enum weft_status status, enum weft_status expected) {
    const char *message = weft_error_message(error);
    const size_t name = strcspn(call, "(");
    wrong_uses++;
    if (status != expected || weft_error_status(error) != expected || message[0] == '\0' ||
        (expected == WEFT_USAGE && strncmp(message, call, name) != 0)) {
        accepted++;
        fprintf(stderr, "%s: %s, not %s: \"%s\"\n", call, weft_status_text(status),
                weft_status_text(expected), message);
    }
}

/* A use of the library that is WEFT_USAGE, or fails with another status. */
#define WRONG(call)         wrong_use(#call, (call), WEFT_USAGE)
#define FAILS(status, call) wrong_use(#call, (call), status)

/* As WRONG, and ${object}, where the call would have stored an object, is NULL afterwards. */
#define WRONG_OBJECT(object, call)                                                                 \
    do {                                                                                           \
        (object) = (void *)&wrong_uses;                                                            \
        WRONG(call);                                                                               \
        if ((object) != NULL) {                                                                    \
            accepted++;                                                                            \
            fprintf(stderr, "%s: does not store NULL\n", #call);                                   \
        }                                                                                          \
    } while (0)

/* A use that has to work. */
#define RIGHT(call) ck_assert_msg((call) == WEFT_OK, "%s: %s", #call, weft_error_message(error))

static void begin_wrong_uses(void) {
    wrong_uses = 0; /* without fork, all tests count here */
    error = weft_error_create();
    ck_assert_ptr_nonnull(error);
}

/* Ends a test that made ${expected} wrong uses. */
static void end_wrong_uses(unsigned expected) {
    weft_error_destroy(error);
    printf("%u wrong uses\n", wrong_uses);
    ck_assert_uint_eq(accepted, 0);
    ck_assert_uint_eq(wrong_uses, expected);
}

#endif

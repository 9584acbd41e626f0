/* error.h: what failed, why, and what helps: the object behind the public struct weft_error. */
#ifndef WEFT_BASE_ERROR_H
#define WEFT_BASE_ERROR_H

#include <stdbool.h>

#include "base/format.h"
#include "weft/error.h"

/* What failed, why, and what helps. Start with all zero: struct weft_error error = {0}. */
struct weft_error {
    enum weft_status status; /* WEFT_OK while nothing has failed */
    char message[4096]; /* "WHAT FAILED: WHY" with the file, layer or call; no newline at the end */
    char hint[1024];    /* what the user can do, or empty */
};

/* Sets ${error} to ${status} and the message formatted from ${format}, and clears the hint. If
 * ${error} holds a failure already, nothing changes: the first cause is kept. ${error} may be NULL.
 * Returns ${status}, so that a caller can write return error_set(...).
 *
 * Here and in the next two functions, control characters in strings (%s) are replaced by their
 * numbers, such as \n and \x1b, so that a terminal can show the message. Of the flags of printf
 * there are - and 0, of its conversions d i u x c s p f e g a. */
enum weft_status error_set(struct weft_error *error, enum weft_status status, const char *format,
                           ...) PRINTF_FORMAT(3, 4);

/* Puts the text formatted from ${format} and ": " before the message of ${error}, for example
 * "data/model.safetensors: header: not JSON". Returns the status of ${error}. */
enum weft_status error_context(struct weft_error *error, const char *format, ...)
    PRINTF_FORMAT(2, 3);

/* Sets the hint of ${error}, unless it has one. Returns the status of ${error}. */
enum weft_status error_hint(struct weft_error *error, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Sets the function that reading and writing ask whether to stop: when a signal has interrupted a
 * system call that waits, such as a read from a pipe, and between the parts of a large file. When
 * it returns true, they fail with WEFT_INTERRUPTED. NULL (the default): never. It may be called by
 * any thread; set it before other calls. */
void set_interrupted(bool (*interrupted)(void));

#endif

/* error.c: the public functions of errors, and how functions of the library begin. */
#include <stdarg.h>
#include <stdlib.h>

#include "api/api.h"
#include "base/printable.h"

struct weft_error *weft_error_create(void) {
    return calloc(1, sizeof(struct weft_error));
}

void weft_error_destroy(struct weft_error *error) {
    free(error);
}

enum weft_status weft_error_status(const struct weft_error *error) {
    return error != NULL ? error->status : WEFT_OK;
}

const char *weft_error_message(const struct weft_error *error) {
    return error != NULL && error->status != WEFT_OK ? error->message : "";
}

const char *weft_error_hint(const struct weft_error *error) {
    return error != NULL && error->status != WEFT_OK ? error->hint : "";
}

const char *weft_status_text(enum weft_status status) {
    switch (status) {
    case WEFT_OK:
        return "success";
    case WEFT_USAGE:
        return "wrong use";
    case WEFT_NO_MEMORY:
        return "no memory";
    case WEFT_BAD_FILE:
        return "bad file";
    case WEFT_BAD_DEVICE:
        return "bad device";
    case WEFT_DIVERGED:
        return "diverged";
    case WEFT_INTERRUPTED:
        return "interrupted";
    case WEFT_NO_VERDICT:
        return "no verdict";
    case WEFT_UNSTABLE:
        return "unstable";
    case WEFT_FAILED:
        return "failed";
    }
    return "unknown status";
}

void weft_free(void *memory) {
    free(memory);
}

struct weft_error *api_clear(struct weft_error *error) {
    error->status = WEFT_OK;
    error->message[0] = '\0';
    error->hint[0] = '\0';
    return error;
}

enum weft_status api_usage(struct weft_error *error, const char *function, const char *format,
                           ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    printable_format(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(error, WEFT_USAGE, "%s: %s", function, text);
}

enum weft_status api_choice(struct weft_error *error, const char *function, const char *name,
                            int value, int last) {
    return value >= 0 && value <= last
               ? WEFT_OK
               : api_usage(error, function, "%s is %d: it must be 0 to %d", name, value, last);
}

enum weft_status api_context(struct weft_error *error, const char *function,
                             enum weft_status status) {
    return status == WEFT_USAGE ? error_context(error, "%s", function) : status;
}

enum weft_status api_argument(struct weft_error *error, const char *function,
                              enum weft_status status) {
    if (status == WEFT_BAD_FILE) {
        error->status = status = WEFT_USAGE;
    }
    return api_context(error, function, status);
}

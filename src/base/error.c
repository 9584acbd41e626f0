/* error.c: the first failure, and the context that callers add. */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#include "base/printable.h"

enum weft_status error_set(struct weft_error *error, enum weft_status status, const char *format,
                           ...) {
    if (error != NULL && error->status == WEFT_OK) {
        va_list arguments;
        va_start(arguments, format);
        printable_format(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        error->hint[0] = '\0';
        error->status = status;
    }
    return status;
}

enum weft_status error_context(struct weft_error *error, const char *format, ...) {
    char text[sizeof error->message];
    size_t length;
    va_list arguments;
    if (error == NULL) {
        return WEFT_FAILED;
    }
    va_start(arguments, format);
    printable_format(text, sizeof text, format, arguments);
    va_end(arguments);
    length = strlen(text);
    strncat(text, ": ", sizeof text - length - 1);
    length = strlen(text);
    strncat(text, error->message, sizeof text - length - 1);
    memcpy(error->message, text, sizeof text);
    return error->status;
}

enum weft_status error_hint(struct weft_error *error, const char *format, ...) {
    va_list arguments;
    if (error == NULL) {
        return WEFT_FAILED;
    }
    if (error->hint[0] == '\0') {
        va_start(arguments, format);
        printable_format(error->hint, sizeof error->hint, format, arguments);
        va_end(arguments);
    }
    return error->status;
}

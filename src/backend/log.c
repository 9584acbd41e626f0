/* log.c: messages of any length, such as build logs. */
#include "backend/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

void log_write(const struct weft_log *log, const char *format, ...) {
    struct text text = {0};
    va_list arguments;
    if (log->write == NULL) {
        return;
    }
    va_start(arguments, format);
    text_add_list(&text, format, arguments);
    va_end(arguments);
    if (!text.failed) {
        log->write(log->context, text.bytes);
    }
    free(text.bytes);
}

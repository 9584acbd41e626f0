/* log.c: messages of any length, such as build logs. */
#include "backend/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void log_write(const struct weft_log *log, const char *format, ...) {
    va_list arguments;
    char *text;
    int length;
    if (log->write == NULL) {
        return;
    }
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (text == NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    log->write(log->context, text);
    free(text);
}

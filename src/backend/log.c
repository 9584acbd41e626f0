/* log.c: messages of any length, such as build logs. */
#include "backend/log.h"
#include "base/printable.h"

#include <stdarg.h>
#include <stdlib.h>

void log_write(const struct backend_log *log, const char *format, ...) {
    va_list arguments;
    size_t size;
    char *text;
    if (log->write == NULL) {
        return;
    }
    va_start(arguments, format);
    size = printable_format(NULL, 0, format, arguments) + 1;
    text = malloc(size);
    if (text != NULL) {
        printable_format(text, size, format, arguments);
        log->write(log->context, text);
    }
    va_end(arguments);
    free(text);
}

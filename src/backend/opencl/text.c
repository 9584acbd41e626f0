/* text.c: the program's source, as it grows. */
#include "backend/opencl/opencl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Makes room for ${more} bytes and a zero. */
static bool reserve(struct opencl_text *text, size_t more) {
    size_t room = text->room > 0 ? text->room : 4096;
    char *bytes;
    while (room < text->length + more + 1) {
        room *= 2;
    }
    if (room != text->room) {
        bytes = realloc(text->bytes, room);
        if (bytes == NULL) {
            text->failed = true;
            return false;
        }
        text->bytes = bytes;
        text->room = room;
    }
    return true;
}

void opencl_text_add(struct opencl_text *text, const char *format, ...) {
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || text->failed || !reserve(text, (size_t)length)) {
        text->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void opencl_text_finish(struct opencl_text *text) {
    free(text->bytes);
    *text = (struct opencl_text){0};
}

void opencl_define(struct opencl_text *text, const char *name, size_t value) {
    opencl_text_add(text, "#undef %s\n#define %s %zu\n", name, name, value);
}

/* Written as a hexadecimal constant, which is exact. */
void opencl_define_float(struct opencl_text *text, const char *name, float value) {
    opencl_text_add(text, "#undef %s\n#define %s %af\n", name, name, (double)value);
}

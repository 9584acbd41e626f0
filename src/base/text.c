/* text.c: a text that grows. */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for ${more} bytes and a zero behind them. */
static bool reserve(struct text *text, size_t more) {
    size_t capacity = text->capacity != 0 ? text->capacity : 256;
    char *bytes;
    if (text->failed || more >= SIZE_MAX / 2 - text->length) {
        text->failed = true;
        return false;
    }
    while (capacity < text->length + more + 1) {
        capacity *= 2;
    }
    if (capacity == text->capacity) {
        return true;
    }
    bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void text_add(struct text *text, const char *format, ...) {
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = true;
        return;
    }
    if (!reserve(text, (size_t)length)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_add_float(struct text *text, float value) {
    char digits[64];
    for (int precision = 1; precision <= 9; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, (double)value);
        /* As a reader does it: to double first, then to float. */
        if ((float)strtod(digits, NULL) == value) {
            break;
        }
    }
    text_add_digits(text, digits);
}

void text_add_digits(struct text *text, const char *digits) {
    while (*digits != '\0') {
        size_t point = strcspn(digits, "0123456789+-e");
        if (point > 0) {
            text_add(text, ".");
            digits += point;
        } else {
            text_add(text, "%c", *digits++);
        }
    }
}

void text_add_json(struct text *text, const char *string) {
    text_add(text, "\"");
    while (*string != '\0') {
        size_t plain = 0;
        while ((unsigned char)string[plain] >= 0x20 && string[plain] != '"' &&
               string[plain] != '\\') {
            plain++;
        }
        if (plain > INT16_MAX) {
            plain = INT16_MAX; /* a precision is an int */
        }
        text_add(text, "%.*s", (int)plain, string);
        string += plain;
        if (plain == 0) {
            unsigned char c = (unsigned char)*string++;
            text_add(text, c < 0x20 ? "\\u%04x" : "\\%c", c);
        }
    }
    text_add(text, "\"");
}

char *text_take(struct text *text) {
    char *bytes;
    text_add(text, "%s", ""); /* an empty text is one, too */
    bytes = text->bytes;
    if (text->failed) {
        free(bytes);
        bytes = NULL;
    }
    *text = (struct text){0};
    return bytes;
}

const char *text_printable(const char *string, char shown[80]) {
    size_t length = 0;
    for (; string[length] != '\0' && length < 79; length++) {
        shown[length] = string[length] >= 0x20 && string[length] < 0x7f ? string[length] : '?';
    }
    if (string[length] != '\0') {
        memcpy(shown + 76, "...", 3);
    }
    shown[length] = '\0';
    return shown;
}

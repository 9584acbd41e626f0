/* text.c: a text that grows in memory. */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for ${more} bytes and a zero after them. */
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

void text_add_bytes(struct text *text, const char *bytes, size_t count) {
    if (reserve(text, count)) {
        memcpy(text->bytes + text->length, bytes, count);
        text->length += count;
        text->bytes[text->length] = '\0';
    }
}

void text_add(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_add_list(text, format, arguments);
    va_end(arguments);
}

void text_add_list(struct text *text, const char *format, va_list arguments) {
    va_list again;
    int length;
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

char *text_take(struct text *text) {
    char *bytes;
    text_add_bytes(text, "", 0); /* so that an empty text is not NULL */
    bytes = text->bytes;
    if (text->failed) {
        free(bytes);
        bytes = NULL;
    }
    *text = (struct text){0};
    return bytes;
}

char *text_copy(const char *string) {
    struct text text = {0};
    text_add_bytes(&text, string, strlen(string));
    return text_take(&text);
}

char **text_copy_list(const char *const *strings, size_t count) {
    size_t size = (count + 1) * sizeof(char *);
    char **copy, *next;
    for (size_t i = 0; i < count; i++) {
        size += strlen(strings[i]) + 1;
    }
    copy = malloc(size); /* the pointers, then the strings */
    if (copy == NULL) {
        return NULL;
    }
    next = (char *)(copy + count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(strings[i]) + 1;
        copy[i] = memcpy(next, strings[i], length);
        next += length;
    }
    copy[count] = NULL;
    return copy;
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

/* printable.c: text from outside in messages. */
#include "base/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { NUMBER = 512 }; /* bytes of a formatted number */

/* Where the formatted text goes. The length counts all of it, also what did not fit. */
struct sink {
    char *buffer;
    size_t size, length;
};

/* Adds ${count} ${bytes}: all of them or none, so that no character is cut. */
static void put(struct sink *sink, const char *bytes, size_t count) {
    if (sink->length < sink->size && count < sink->size - sink->length) {
        memcpy(sink->buffer + sink->length, bytes, count);
        sink->buffer[sink->length + count] = '\0';
    } else if (sink->length < sink->size) {
        sink->size = sink->length; /* full */
    }
    sink->length += count;
}

static void put_spaces(struct sink *sink, long count) {
    for (; count > 0; count--) {
        put(sink, " ", 1);
    }
}

/* Stores the character at *text, which is before ${end}, as it is shown, in ${shown}, and moves
 * *text to the next. Returns the number of bytes in ${shown}. */
static size_t show(const char **text, const char *end, char shown[16]) {
    char window[5] = ""; /* the text may have no closing zero */
    const char *name;
    size_t length;
    uint32_t code;
    memcpy(window, *text, end - *text < 4 ? (size_t)(end - *text) : 4);
    length = utf8_next(window, &code);
    *text += length;
    if (code != 0xfffd ? !utf8_is_control(code) : length > 1) {
        memcpy(shown, window, length);
        return length;
    }
    name = code == '\n' ? "\\n" : code == '\r' ? "\\r" : code == '\t' ? "\\t" : NULL;
    return (size_t)(name != NULL     ? snprintf(shown, 16, "%s", name)
                    : length == 1    ? snprintf(shown, 16, "\\x%02x", (unsigned char)window[0])
                    : code < 0x10000 ? snprintf(shown, 16, "\\u%04x", (unsigned)code)
                                     : snprintf(shown, 16, "\\U%08lx", (unsigned long)code));
}

/* A conversion of a format: %-5.3llu. */
struct conversion {
    bool left, zero;
    int width, precision; /* precision: -1 without one */
    char length;          /* h, l, z, q for ll, or 0 */
    char type;
};

/* Returns the end of the at most ${precision} bytes of ${text} that are complete characters. */
static const char *end_of(const char *text, int precision) {
    const char *zero = precision < 0 ? NULL : memchr(text, '\0', (size_t)precision), *end;
    if (precision < 0 || zero != NULL) {
        return zero != NULL ? zero : text + strlen(text);
    }
    /* A cut character is its first byte and less than all of the others. */
    end = text + precision;
    for (int back = 1; back <= 3 && back <= precision; back++) {
        unsigned char byte = (unsigned char)end[-back];
        if (byte >= 0xc2) {
            int length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            return length > back ? end - back : end;
        }
        if (byte < 0x80) {
            break;
        }
    }
    return end;
}

static void put_string(struct sink *sink, const struct conversion *how, const char *text) {
    const char *from = text != NULL ? text : "(null)", *end = end_of(from, how->precision);
    char shown[16];
    long width = 0;
    for (const char *next = from; next < end;) {
        size_t length = show(&next, end, shown);
        width += shown[0] == '\\' ? (long)length : 1;
    }
    put_spaces(sink, how->left ? 0 : how->width - width);
    while (from < end) {
        size_t length = show(&from, end, shown);
        put(sink, shown, length);
    }
    put_spaces(sink, how->left ? how->width - width : 0);
}

static int read_number(const char **format) {
    int number = 0;
    for (; **format >= '0' && **format <= '9'; ++*format) {
        number = number < 100000 ? number * 10 + (**format - '0') : number;
    }
    return number;
}

/* The arguments, in a struct so that functions can share them. */
struct arguments {
    va_list list;
};

/* Reads the conversion after the % before *format, and moves *format past it. */
static struct conversion read_conversion(const char **format, struct arguments *arguments) {
    struct conversion how = {.precision = -1};
    for (; **format == '-' || **format == '0'; ++*format) {
        how.left = how.left || **format == '-';
        how.zero = how.zero || **format == '0';
    }
    if (**format == '*') {
        how.width = va_arg(arguments->list, int);
        how.left = how.left || how.width < 0;
        how.width = how.width < 0 ? -how.width : how.width;
        ++*format;
    } else {
        how.width = read_number(format);
    }
    if (**format == '.') {
        bool star = *++*format == '*';
        how.precision = star ? va_arg(arguments->list, int) : read_number(format);
        *format += star;
    }
    for (; **format == 'h' || **format == 'l' || **format == 'z'; ++*format) {
        how.length = how.length == 'l' ? 'q' : **format;
    }
    how.type = **format;
    *format += how.type != '\0';
    return how;
}

static unsigned long long next_unsigned(char length, struct arguments *arguments) {
    return length == 'q'   ? va_arg(arguments->list, unsigned long long)
           : length == 'l' ? va_arg(arguments->list, unsigned long)
           : length == 'z' ? va_arg(arguments->list, size_t)
                           : va_arg(arguments->list, unsigned);
}

static long long next_signed(char length, struct arguments *arguments) {
    return length == 'q'   ? va_arg(arguments->list, long long)
           : length == 'l' ? va_arg(arguments->list, long)
                           : va_arg(arguments->list, int);
}

/* Formats the next argument, a number, in ${text}. */
static void format_number(const struct conversion *how, struct arguments *arguments,
                          char text[NUMBER]) {
    int zeros = how->zero && !how->left && how->width < NUMBER ? how->width : 0;
    switch (how->type) {
    case 'd':
    case 'i':
        snprintf(text, NUMBER, "%0*lld", zeros, next_signed(how->length, arguments));
        break;
    case 'u':
        snprintf(text, NUMBER, "%0*llu", zeros, next_unsigned(how->length, arguments));
        break;
    case 'x':
        snprintf(text, NUMBER, "%0*llx", zeros, next_unsigned(how->length, arguments));
        break;
    case 'f':
        snprintf(text, NUMBER, "%0*.*f", zeros, how->precision, va_arg(arguments->list, double));
        break;
    case 'e':
        snprintf(text, NUMBER, "%0*.*e", zeros, how->precision, va_arg(arguments->list, double));
        break;
    case 'g':
        snprintf(text, NUMBER, "%0*.*g", zeros, how->precision, va_arg(arguments->list, double));
        break;
    case 'a':
        snprintf(text, NUMBER, "%0*.*a", zeros, how->precision, va_arg(arguments->list, double));
        break;
    case 'p':
        snprintf(text, NUMBER, "%p", va_arg(arguments->list, void *));
        break;
    default:
        snprintf(text, NUMBER, "%%%c", how->type);
    }
}

size_t printable_format(char *buffer, size_t size, const char *format, va_list arguments) {
    struct sink sink = {buffer, size, 0};
    struct arguments rest;
    va_copy(rest.list, arguments);
    if (size > 0) {
        buffer[0] = '\0';
    }
    while (*format != '\0') {
        char text[NUMBER];
        struct conversion how;
        if (*format++ != '%') {
            put(&sink, format - 1, 1);
            continue;
        }
        how = read_conversion(&format, &rest);
        if (how.type == '%') {
            put(&sink, "%", 1);
        } else if (how.type == 's') {
            put_string(&sink, &how, va_arg(rest.list, const char *));
        } else if (how.type == 'c') {
            const char character[2] = {(char)va_arg(rest.list, int), '\0'};
            put_string(&sink, &how, character);
        } else {
            format_number(&how, &rest, text);
            how.precision = -1;
            put_string(&sink, &how, text);
        }
    }
    va_end(rest.list);
    return sink.length;
}

size_t printable_print(char *buffer, size_t size, const char *format, ...) {
    va_list arguments;
    size_t length;
    va_start(arguments, format);
    length = printable_format(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

size_t printable_lines(char *buffer, size_t size, const char *text, const char *indent) {
    struct sink sink = {buffer, size, 0};
    const char *end = text + strlen(text);
    if (size > 0) {
        buffer[0] = '\0';
    }
    while (text < end) {
        char shown[16];
        if (*text == '\n') {
            put(&sink, "\n", 1);
            put(&sink, indent, strlen(indent));
            text++;
        } else if (*text == '\t') {
            put(&sink, "    ", 4);
            text++;
        } else if (text[0] == '\r' && text[1] == '\n') {
            text++;
        } else {
            size_t length = show(&text, end, shown);
            put(&sink, shown, length);
        }
    }
    return sink.length;
}

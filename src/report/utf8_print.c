/* utf8_print.c: names that come from files, printed so that they cannot do harm. */
#include "report/utf8_print.h"

#include "base/utf8.h"

int utf8_width(const char *text) {
    int width = 0;
    uint32_t code;
    while (*text != '\0') {
        text += utf8_next(text, &code);
        width += utf8_columns(code);
    }
    return width;
}

/* Characters that would move the cursor or change colours: C0, DEL and C1. */
static int is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

void utf8_print(FILE *out, const char *text, int columns, int right) {
    int width = utf8_width(text), used = 0;
    int dots = width <= columns ? 0 : columns >= 6 ? 3 : columns >= 3 ? 1 : 0;
    int room = columns - dots;
    if (right) {
        fprintf(out, "%*s", width < columns ? columns - width : 0, "");
    }
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        text += utf8_next(text, &code);
        if (used + utf8_columns(code) > room) {
            break;
        }
        used += utf8_columns(code);
        utf8_put(is_control(code) ? ' ' : code, bytes);
        fputs(bytes, out);
    }
    fprintf(out, "%.*s", dots, "...");
    if (!right || width > columns) {
        fprintf(out, "%*s", columns - used - dots, "");
    }
}

void utf8_markup(FILE *out, const char *text) {
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        text += utf8_next(text, &code);
        switch (code) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            /* U+FFFE and U+FFFF are no characters in XML */
            utf8_put(is_control(code) ? ' ' : (code & 0xfffe) == 0xfffe ? 0xfffd : code, bytes);
            fputs(bytes, out);
        }
    }
}

/* label.c: short texts in UTF-8 in a terminal and in markup. */
#include "report/label.h"

#include "base/utf8.h"
#include "os/terminal.h"

/* Returns true for characters that would move the cursor or change colours: C0, DEL and C1. */
static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

int label_width(const char *text) {
    int width = 0;
    uint32_t code;
    while (*text != '\0') {
        text += utf8_next(text, &code);
        width += os_character_columns(code);
    }
    return width;
}

void label_print(FILE *out, const char *text, int columns, bool right) {
    int width = label_width(text), used = 0;
    int dots = width <= columns ? 0 : columns >= 6 ? 3 : columns >= 3 ? 1 : 0;
    if (right && width < columns) {
        fprintf(out, "%*s", columns - width, "");
    }
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        text += utf8_next(text, &code);
        if (used + os_character_columns(code) > columns - dots) {
            break;
        }
        used += os_character_columns(code);
        utf8_put(is_control(code) ? ' ' : code, bytes);
        fputs(bytes, out);
    }
    fprintf(out, "%.*s", dots, "...");
    if (!right || width > columns) {
        fprintf(out, "%*s", columns - used - dots, "");
    }
}

void label_markup(FILE *out, const char *before, const char *text, const char *after) {
    fputs(before, out);
    while (*text != '\0') {
        char bytes[5];
        uint32_t code;
        text += utf8_next(text, &code);
        /* U+FFFE and U+FFFF are no characters in XML. */
        utf8_put(is_control(code) ? ' ' : (code & 0xfffe) == 0xfffe ? 0xfffd : code, bytes);
        fputs(code == '<'    ? "&lt;"
              : code == '>'  ? "&gt;"
              : code == '&'  ? "&amp;"
              : code == '"'  ? "&quot;"
              : code == '\'' ? "&#39;"
                             : bytes,
              out);
    }
    fputs(after, out);
}

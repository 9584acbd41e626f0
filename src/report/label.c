/* label.c: short texts in UTF-8 in a terminal and in markup. */
#include "report/label.h"

#include "base/utf8.h"
#include "os/terminal.h"
#include "report/screen.h"

/* Reads the next character of *text as it is shown: a control character as a space. */
static uint32_t next_shown(const char **text) {
    uint32_t code;
    *text += utf8_next(*text, &code);
    return utf8_is_control(code) ? ' ' : code;
}

int label_width(const char *text) {
    int width = 0;
    while (*text != '\0') {
        width += os_character_columns(next_shown(&text));
    }
    return width;
}

void label_print(FILE *out, const char *text, int columns, bool right) {
    int width = label_width(text), used = 0;
    int dots = width <= columns ? 0 : columns >= 6 ? 3 : columns >= 3 ? 1 : 0;
    if (right && width < columns) {
        screen_print_to(out, "%*s", columns - width, "");
    }
    while (*text != '\0') {
        char bytes[5];
        uint32_t code = next_shown(&text);
        if (used + os_character_columns(code) > columns - dots) {
            break;
        }
        used += os_character_columns(code);
        utf8_put(code, bytes);
        screen_print_to(out, "%s", bytes);
    }
    screen_print_to(out, "%.*s", dots, "...");
    if (!right || width > columns) {
        screen_print_to(out, "%*s", columns - used - dots, "");
    }
}

void label_markup(FILE *out, const char *before, const char *text, const char *after) {
    fputs(before, out);
    while (*text != '\0') {
        char bytes[5];
        uint32_t code = next_shown(&text);
        /* U+FFFE and U+FFFF are no characters in XML. */
        utf8_put((code & 0xfffe) == 0xfffe ? 0xfffd : code, bytes);
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

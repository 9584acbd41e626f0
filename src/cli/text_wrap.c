/* text_wrap.c: lines that fit the terminal. */
#include "cli/text_wrap.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "os/terminal.h"
#include "report/screen.h"

int cli_text_columns(void) {
    return os_is_terminal(stdout) ? os_terminal_columns(stdout) : INT_MAX;
}

/* Breaks ${text} only at spaces, and not before a word that is wider than a line: a hash or a path
 * is never broken, so that it can be copied. */
void cli_text_wrap(const char *text, int used, int indent, int width) {
    bool first = true; /* in its line */
    while (*text != '\0') {
        int gap = (int)strspn(text, " ");
        int length = (int)strcspn(text + gap, " \n");
        if (!first && used + gap + length > width && indent + length <= width) {
            screen_print("\n%*s", indent, "");
            used = indent;
            gap = 0;
        }
        text += strspn(text, " ");
        screen_print("%*s%.*s", gap, "", length, text);
        used += gap + length;
        first = length == 0 && first;
        text += length;
        if (strncmp(text, "\n\n", 2) == 0 || strncmp(text, "\n- ", 3) == 0) {
            screen_print(text[1] == '\n' ? "\n\n%*s" : "\n%*s", indent, "");
            used = indent;
            first = true;
            text += text[1] == '\n' ? 2 : 1;
        } else if (*text == '\n' && text[1] != '\0') {
            text++; /* as a space before the next word */
            if (used + 1 + (int)strcspn(text, " \n") > width) {
                screen_print("\n%*s", indent, "");
                used = indent;
                first = true;
            } else {
                screen_print(" ");
                used++;
            }
        } else if (*text == '\n') {
            text++;
        }
    }
    screen_print("\n");
}

void cli_text_line(int indent, const char *format, ...) {
    char line[8192]; /* more than a terminal shows */
    int columns = cli_text_columns(), length;
    va_list arguments;
    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > columns) {
        cli_text_wrap(line, 0, indent, columns);
        return;
    }
    va_start(arguments, format);
    screen_print_list(stdout, format, arguments);
    va_end(arguments);
    screen_print("\n");
}

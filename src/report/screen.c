/* screen.c: what a terminal can show, and cells with a coloured background. */
#include "report/screen.h"

#include <stdlib.h>
#include <string.h>

#include "os/terminal.h"
#include "report/colours.h"

static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

static bool holds(const char *name, const char *part) {
    const char *value = getenv(name);
    return value != NULL && strstr(value, part) != NULL;
}

/* The first of the three variables that is set determines the encoding. */
static bool has_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        if (is_set(names[i])) {
            return holds(names[i], "UTF-8") || holds(names[i], "utf8") ||
                   holds(names[i], "utf-8") || holds(names[i], "UTF8");
        }
    }
    return false;
}

struct screen screen_of_stdout(int columns) {
    struct screen screen = {.columns = columns, .utf8 = has_utf8()};
    if (os_is_terminal(stdout)) {
        const char *terminal = getenv("TERM");
        screen.columns = os_terminal_columns(stdout);
        screen.colour = !is_set("NO_COLOR") && terminal != NULL && *terminal != '\0' &&
                        strcmp(terminal, "dumb") != 0;
        screen.truecolour =
            screen.colour && (holds("COLORTERM", "truecolor") || holds("COLORTERM", "24bit"));
    }
    return screen;
}

void screen_begin_cell(FILE *out, const struct screen *screen, double share) {
    uint32_t colour = colour_of_share(THEME_LIGHT, share), on = colour_on(colour);
    unsigned red = colour >> 16, green = colour >> 8 & 255, blue = colour & 255;
    if (screen->truecolour) {
        fprintf(out, "\x1b[48;2;%u;%u;%um\x1b[38;2;%u;%u;%um", red, green, blue,
                (unsigned)(on >> 16), (unsigned)(on >> 8 & 255), (unsigned)(on & 255));
    } else if (screen->colour) {
        /* The cube of 6 x 6 x 6 colours begins at 16: the nearest step of each part. */
        fprintf(out, "\x1b[48;5;%um\x1b[38;5;%dm",
                16 + 36 * ((red * 5 + 127) / 255) + 6 * ((green * 5 + 127) / 255) +
                    (blue * 5 + 127) / 255,
                on == 0xffffff ? 231 : 16);
    }
}

void screen_end_cell(FILE *out, const struct screen *screen) {
    if (screen->colour) {
        fputs("\x1b[0m", out);
    }
}

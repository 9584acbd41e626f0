/* screen.c: what a terminal can show, text on it, and cells with a coloured background. */
#include "report/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/utf8.h"
#include "os/terminal.h"
#include "report/colours.h"

enum { ROOM = 8192 }; /* bytes that are printed without further memory */

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

/* ---- text ---- */

static int failure; /* the errno value of the first write to stdout that failed, or 0 */

/* Keeps the reason if a write to ${out} has failed. errno was 0 before it. */
static void keep_failure(const FILE *out) {
    if (out == stdout && failure == 0 && ferror(stdout)) {
        failure = errno != 0 ? errno : EIO;
    }
}

/* Returns whether ${out} is a terminal whose locale has another encoding than UTF-8: one of 8 bits
 * may take bytes of UTF-8 for control characters. */
static bool is_ascii(FILE *out) {
    static int known[2]; /* of stdout and stderr: 0 unknown, 1 no, 2 yes */
    int *answer = out == stdout ? &known[0] : out == stderr ? &known[1] : NULL;
    if (answer != NULL && *answer == 0) {
        bool named = is_set("LC_ALL") || is_set("LC_CTYPE") || is_set("LANG");
        *answer = named && !has_utf8() && os_is_terminal(out) ? 2 : 1;
    }
    return answer != NULL && *answer == 2;
}

/* Prints ${text}, which has no control characters but line breaks, with one call, so that threads
 * do not mix their lines. Replaces characters that the terminal cannot show, in place. */
static void print_text(FILE *out, char *text) {
    if (is_ascii(out)) {
        char *to = text;
        for (const char *from = text; *from != '\0';) {
            uint32_t code;
            from += utf8_next(from, &code);
            *to++ = code < 0x80 ? (char)code : '?';
        }
        *to = '\0';
    }
    errno = 0;
    fputs(text, out);
    keep_failure(out);
}

void screen_print_list(FILE *out, const char *format, va_list arguments) {
    char room[ROOM], *text = room;
    size_t length = printable_format(room, ROOM, format, arguments);
    if (length >= ROOM && (text = malloc(length + 1)) != NULL) {
        printable_format(text, length + 1, format, arguments);
    }
    print_text(out, text != NULL ? text : room);
    if (text != room) {
        free(text);
    }
}

void screen_print_to(FILE *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    screen_print_list(out, format, arguments);
    va_end(arguments);
}

void screen_print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    screen_print_list(stdout, format, arguments);
    va_end(arguments);
}

void screen_print_lines(FILE *out, const char *before, const char *text) {
    char room[ROOM], *line = room;
    size_t used = strlen(before), length = used + printable_lines(NULL, 0, text, "") + 1;
    size_t size = length + 1;
    if (size > ROOM && (line = malloc(size)) == NULL) {
        line = room; /* the end of the text is lost */
        size = ROOM;
    }
    memcpy(line, before, used);
    printable_lines(line + used, size - used - 1, text, "");
    strcat(line, "\n");
    print_text(out, line);
    if (line != room) {
        free(line);
    }
}

void screen_print_constant(const char *text) {
    errno = 0;
    fputs(text, stdout);
    keep_failure(stdout);
}

void screen_print_json(const char *text) {
    screen_print_constant(text);
    screen_print_constant("\n");
    screen_flush();
}

int screen_flush(void) {
    errno = 0;
    fflush(stdout);
    keep_failure(stdout);
    return failure;
}

void screen_redraw(FILE *out, int columns, const char *line) {
    screen_print_to(out, "\r%-*.*s", columns, columns, line);
    fflush(out);
}

/* ---- cells ---- */

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

void screen_begin_halves(FILE *out, const struct screen *screen, uint8_t upper, uint8_t lower) {
    if (screen->truecolour) {
        fprintf(out, "\x1b[38;2;%u;%u;%u;48;2;%u;%u;%um", upper, upper, upper, lower, lower, lower);
    } else {
        /* The 24 greys from 232 on go from 8 to 238. */
        fprintf(out, "\x1b[38;5;%d;48;5;%dm", 232 + upper * 23 / 255, 232 + lower * 23 / 255);
    }
}

void screen_end_cell(FILE *out, const struct screen *screen) {
    if (screen->colour) {
        fputs("\x1b[0m", out);
    }
}

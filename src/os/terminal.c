/* terminal.c: whether a stream is a terminal, and how wide it is (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { UNKNOWN_COLUMNS = 80, MOST_COLUMNS = 10000 };

bool weft_os_is_terminal(FILE *stream) {
    int descriptor = fileno(stream);
    return descriptor >= 0 && isatty(descriptor) == 1;
}

bool weft_os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return weft_os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

/* COLUMNS wins, as for other programs: shells do not export it, so who sets it means it. */
int weft_os_terminal_columns(FILE *stream) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long columns = wish != NULL ? strtol(wish, &end, 10) : 0;
    if (wish != NULL && *wish != '\0' && *end == '\0' && columns > 0 && columns <= MOST_COLUMNS) {
        return (int)columns;
    }
#ifdef TIOCGWINSZ
    struct winsize window;
    if (weft_os_is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 &&
        window.ws_col > 0) {
        return window.ws_col;
    }
#endif
    return UNKNOWN_COLUMNS;
}

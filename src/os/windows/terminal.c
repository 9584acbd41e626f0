/* terminal.c: whether a stream is a terminal, and how wide it is (Windows). */
#include "os/os.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { UNKNOWN_COLUMNS = 80, MOST_COLUMNS = 10000 };

/* NULL where ${stream} is no console. */
static HANDLE console(FILE *stream, CONSOLE_SCREEN_BUFFER_INFO *info) {
    HANDLE handle = (HANDLE)_get_osfhandle(_fileno(stream));
    return handle != INVALID_HANDLE_VALUE && GetConsoleScreenBufferInfo(handle, info) ? handle
                                                                                      : NULL;
}

/* A console shows escape sequences (colours) only after it was asked to; one that can not is taken for no terminal. */
bool weft_os_is_terminal(FILE *stream) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE handle = console(stream, &info);
    DWORD mode;
    return handle != NULL && GetConsoleMode(handle, &mode) &&
           SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

bool weft_os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return weft_os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

int weft_os_terminal_columns(FILE *stream) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long columns = wish != NULL ? strtol(wish, &end, 10) : 0;
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (wish != NULL && *wish != '\0' && *end == '\0' && columns > 0 && columns <= MOST_COLUMNS) {
        return (int)columns;
    }
    return console(stream, &info) != NULL ? info.srWindow.Right - info.srWindow.Left + 1
                                          : UNKNOWN_COLUMNS;
}

/* terminal.c: the standard streams and the terminal (Windows). */
#include "os/terminal.h"

#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <windows.h>

static UINT page_before;

/* The console outlives the program. */
static void restore_page(void) {
    SetConsoleOutputCP(page_before);
}

void os_guard_streams(void) {
    for (int number = 0; number <= 2; number++) {
        _setmode(number, _O_BINARY);
    }
    page_before = GetConsoleOutputCP(); /* 0: there is no console */
    if (page_before != 0 && page_before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8)) {
        atexit(restore_page);
    }
}

/* Returns NULL if ${stream} is not a console. */
static HANDLE console(FILE *stream, CONSOLE_SCREEN_BUFFER_INFO *info) {
    HANDLE handle = (HANDLE)_get_osfhandle(_fileno(stream));
    return handle != INVALID_HANDLE_VALUE && GetConsoleScreenBufferInfo(handle, info) ? handle
                                                                                      : NULL;
}

/* A console shows escape sequences (colours) only after a request; a console that cannot show them
 * counts as no terminal. */
bool os_is_terminal(FILE *stream) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE handle = console(stream, &info);
    DWORD mode;
    return handle != NULL && GetConsoleMode(handle, &mode) &&
           SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

int os_window_columns(FILE *stream) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    return console(stream, &info) != NULL ? info.srWindow.Right - info.srWindow.Left + 1 : 0;
}

/* Windows does not have these widths. */
int os_character_columns(uint32_t code) {
    (void)code;
    return 1;
}

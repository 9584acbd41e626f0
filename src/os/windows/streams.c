/* streams.c: the three standard streams (Windows): bytes as they are, without carriage returns, and consoles that read UTF-8. */
#include "os/os.h"

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

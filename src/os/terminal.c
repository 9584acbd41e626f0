/* terminal.c: whether a stream is a terminal, and how wide it is (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { UNKNOWN_COLUMNS = 80 };

bool os_is_terminal(FILE *stream) {
    int descriptor = fileno(stream);
    return descriptor >= 0 && isatty(descriptor) == 1;
}

int os_terminal_columns(FILE *stream) {
    int wish = os_wished_columns();
    if (wish > 0) {
        return wish;
    }
#ifdef TIOCGWINSZ
    struct winsize window;
    if (os_is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 &&
        window.ws_col > 0) {
        return window.ws_col;
    }
#endif
    return UNKNOWN_COLUMNS;
}

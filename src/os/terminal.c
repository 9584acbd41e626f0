/* terminal.c: the standard streams and the terminal (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

void os_guard_streams(void) {
    struct sigaction ignore = {0};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, NULL);
    /* Who was started without a stream would get its number for the next file opened, and print
     * into that. What stands in its place is opened the wrong way round: printing to it fails.
     * open() takes the lowest free number. */
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) == -1 &&
            open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) != number) {
            return;
        }
    }
}

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

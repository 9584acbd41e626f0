/* terminal.c: the standard streams and the terminal (POSIX). */
#define _XOPEN_SOURCE 700
#include "os/terminal.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

void os_guard_streams(void) {
    struct sigaction ignore = {0};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    /* If a standard stream is closed, the next file that is opened would get its number, and text
     * would be printed into that file. So the number is taken by /dev/null, opened in the wrong
     * direction: reading or printing fails. open() takes the lowest free number. */
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) == -1 &&
            open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) != number) {
            return;
        }
    }
}

bool os_is_terminal(FILE *stream) {
    int descriptor = fileno(stream);
    return descriptor >= 0 && isatty(descriptor) == 1;
}

int os_window_columns(FILE *stream) {
#ifdef TIOCGWINSZ
    struct winsize window;
    if (os_is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 &&
        window.ws_col > 0) {
        return window.ws_col;
    }
#endif
    return 0;
}

/* The user's locale may have another encoding, so the widths are those of a locale with UTF-8. */
static locale_t utf8_locale(void) {
    static locale_t locale;
    if (locale == (locale_t)0) {
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    if (locale == (locale_t)0) {
        locale = newlocale(LC_CTYPE_MASK, "en_US.UTF-8", (locale_t)0);
    }
    return locale;
}

int os_character_columns(uint32_t code) {
    locale_t locale = utf8_locale(), before;
    int columns = 1;
    if (code >= 0x80 && locale != (locale_t)0) {
        before = uselocale(locale);
        columns = wcwidth((wchar_t)code);
        uselocale(before);
    }
    return columns >= 0 ? columns : 1;
}

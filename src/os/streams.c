/* streams.c: the three standard streams, so that a result that did not get out is never silence
 * (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <fcntl.h>
#include <signal.h>
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

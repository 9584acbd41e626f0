/* stream.c: the stream that an output file is written through (POSIX). */
#define _GNU_SOURCE /* fopencookie, and all of POSIX 2008 */
#include "os/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "os/process.h"

enum { NAP_MS = 50 }; /* between two looks for an interrupt */

int os_open_in_place(const char *path) {
    const struct timespec nap = {0, NAP_MS * 1000000L};
    struct stat status;
    for (;;) {
        int descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (descriptor >= 0 || errno != ENXIO || stat(path, &status) != 0 ||
            !S_ISFIFO(status.st_mode)) {
            return descriptor;
        }
        if (os_interrupted()) {
            errno = EINTR;
            return -1;
        }
        nanosleep(&nap, NULL);
    }
}

#ifdef __linux__
/* Waits until a pipe takes bytes. Returns 0, or EINTR if a signal has arrived meanwhile. */
static int wait_for_reader(int descriptor) {
    struct pollfd pipe = {.fd = descriptor, .events = POLLOUT};
    while (poll(&pipe, 1, NAP_MS) == 0 || (pipe.revents == 0 && errno == EINTR)) {
        if (os_interrupted()) {
            return EINTR;
        }
    }
    return 0;
}

/* The write function of the stream: it keeps the reason of the first failure, which stdio forgets.
 * A pipe that takes bytes takes PIPE_BUF bytes without blocking. */
static ssize_t write_stream(void *context, const char *bytes, size_t size) {
    struct os_stream *stream = context;
    bool in_place = stream->in_place;
    size_t done = 0;
    while (stream->number == 0 && done < size) {
        size_t most = in_place && size - done > PIPE_BUF ? PIPE_BUF : size - done;
        ssize_t written;
        if (in_place && (stream->number = wait_for_reader(stream->descriptor)) != 0) {
            break;
        }
        written = write(stream->descriptor, bytes + done, most);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR && errno != EAGAIN) {
            stream->number = errno;
        }
    }
    errno = stream->number;
    return stream->number == 0 ? (ssize_t)size : 0;
}

static int close_stream(void *context) {
    return close(((struct os_stream *)context)->descriptor);
}

FILE *os_open_stream(struct os_stream *stream) {
    return fopencookie(stream, "wb",
                       (cookie_io_functions_t){.write = write_stream, .close = close_stream});
}
#else
FILE *os_open_stream(struct os_stream *stream) {
    return fdopen(stream->descriptor, "wb");
}
#endif

/* stream.h: what an output file is written through. */
#ifndef WEFT_OS_STREAM_H
#define WEFT_OS_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* Not to be moved while its FILE is open. */
struct os_stream {
    int descriptor;
    bool in_place; /* a device or a pipe */
    int number;    /* the errno value of the first failed write, or 0 */
};

/* Returns a FILE that writes to stream->descriptor and closes it, or NULL. While stream->number is
 * not 0, nothing is written. (POSIX; without glibc or musl, the number is not set.) */
FILE *os_open_stream(struct os_stream *stream);

/* Opens a device or a pipe. Waits for the reader of a pipe, until a signal arrives. Returns -1 and
 * sets errno on failure. (POSIX.) */
int os_open_in_place(const char *path);

#endif

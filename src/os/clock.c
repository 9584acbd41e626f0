/* clock.c: a clock that only goes forward (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <time.h>

double os_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

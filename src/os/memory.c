/* memory.c: how much memory this process has taken (POSIX). */
#define _XOPEN_SOURCE 700
#include "os/os.h"

#include <sys/resource.h>

size_t weft_os_peak_memory(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0 || usage.ru_maxrss < 0) {
        return 0;
    }
#ifdef __APPLE__
    return (size_t)usage.ru_maxrss;
#else
    return (size_t)usage.ru_maxrss * 1024;
#endif
}

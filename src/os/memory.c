/* memory.c: how much memory this process has taken, and memory on a cache line (POSIX). */
#define _XOPEN_SOURCE 700
#include "os/os.h"

#include <stdlib.h>
#include <sys/resource.h>

size_t os_peak_memory(void) {
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

void *os_aligned(size_t size) {
    return size > SIZE_MAX - 63 ? NULL : aligned_alloc(64, (size > 0 ? size + 63 : 64) / 64 * 64);
}

void os_free_aligned(void *memory) {
    free(memory);
}

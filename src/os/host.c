/* host.c: the machine, and the share of it that this process has (POSIX). */
#define _GNU_SOURCE
#include "os/host.h"

#include <ctype.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

unsigned long os_process_id(void) {
    return (unsigned long)getpid();
}

double os_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void os_host_name(char name[256]) {
    if (gethostname(name, 255) != 0) {
        name[0] = '\0';
    }
    name[255] = '\0';
}

unsigned os_processors(void) {
    long online;
#ifdef CPU_COUNT
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (unsigned)CPU_COUNT(&set);
    }
#endif
    online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

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

/* Returns the limit that the file ${path} has; UINT64_MAX if there is none. */
static uint64_t limit_in(const char *path) {
    char text[32] = "";
    FILE *file = fopen(path, "re");
    uint64_t limit = UINT64_MAX;
    if (file != NULL) {
        if (fgets(text, sizeof text, file) != NULL && isdigit((unsigned char)text[0])) {
            limit = strtoull(text, NULL, 10);
        }
        fclose(file);
    }
    return limit;
}

/* Linux reports the limits of a container under these names; elsewhere there are no such files. */
uint64_t os_memory(void) {
    static const char *const limits[] = {"/sys/fs/cgroup/memory.max",
                                         "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t memory = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        uint64_t limit = limit_in(limits[i]);
        memory = limit > 0 && limit < memory ? limit : memory;
    }
    return memory;
}

uint64_t os_free_memory(void) {
    const uint64_t memory = os_memory();
    uint64_t free = memory;
    unsigned long long kilobytes;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1) {
            free = (uint64_t)kilobytes * 1024;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return free < memory ? free : memory;
}

void *os_aligned(size_t size) {
    return size > SIZE_MAX - 63 ? NULL : aligned_alloc(64, (size > 0 ? size + 63 : 64) / 64 * 64);
}

void os_free_aligned(void *memory) {
    free(memory);
}

/* processor.c: how many processors this process may use (Linux and POSIX). */
#define _GNU_SOURCE
#include "os/os.h"

#include <sched.h>
#include <unistd.h>

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

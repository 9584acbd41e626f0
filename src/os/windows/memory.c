/* memory.c: how much memory this process has taken, and memory on a cache line (Windows). */
#include "os/os.h"

#include <malloc.h>
#include <windows.h>
/* Behind windows.h, which it needs. */
#include <psapi.h>

size_t os_peak_memory(void) {
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    return K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)
               ? counters.PeakWorkingSetSize
               : 0;
}

void *os_aligned(size_t size) {
    return _aligned_malloc(size > 0 ? size : 1, 64);
}

void os_free_aligned(void *memory) {
    _aligned_free(memory);
}

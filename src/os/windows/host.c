/* host.c: the machine, and the share of it that this process has (Windows). */
#include "os/host.h"

#include <malloc.h>
#include <windows.h>
/* Needs windows.h. */
#include <psapi.h>

unsigned long os_process_id(void) {
    return GetCurrentProcessId();
}

double os_seconds(void) {
    LARGE_INTEGER now, a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    return (double)now.QuadPart / (double)a_second.QuadPart;
}

void os_host_name(char name[256]) {
    DWORD size = 256;
    if (!GetComputerNameA(name, &size)) {
        name[0] = '\0';
    }
}

unsigned os_processors(void) {
    DWORD_PTR ours = 0, all = 0;
    unsigned count = 0;
    GetProcessAffinityMask(GetCurrentProcess(), &ours, &all);
    for (; ours != 0; ours >>= 1) {
        count += ours & 1;
    }
    return count > 0 ? count : 1;
}

size_t os_peak_memory(void) {
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    return K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)
               ? counters.PeakWorkingSetSize
               : 0;
}

uint64_t os_memory(void) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    return GlobalMemoryStatusEx(&status) ? status.ullTotalPhys : 0;
}

uint64_t os_free_memory(void) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    return GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : 0;
}

void *os_aligned(size_t size) {
    return _aligned_malloc(size > 0 ? size : 1, 64);
}

void os_free_aligned(void *memory) {
    _aligned_free(memory);
}

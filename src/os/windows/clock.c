/* clock.c: a clock that only goes forward (Windows). */
#include "os/os.h"

#include <windows.h>

double os_seconds(void) {
    LARGE_INTEGER now, a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    return (double)now.QuadPart / (double)a_second.QuadPart;
}

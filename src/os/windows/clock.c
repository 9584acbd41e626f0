/* clock.c: a clock that only goes forward (Windows). */
#include "os/os.h"

#include <windows.h>

double weft_os_seconds(void) {
    LARGE_INTEGER now, a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    return (double)now.QuadPart / (double)a_second.QuadPart;
}

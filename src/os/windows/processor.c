/* processor.c: how many processors this process may use (Windows). */
#include "os/os.h"

#include <windows.h>

unsigned os_processors(void) {
    DWORD_PTR ours = 0, all = 0;
    unsigned count = 0;
    GetProcessAffinityMask(GetCurrentProcess(), &ours, &all);
    for (; ours != 0; ours >>= 1) {
        count += ours & 1;
    }
    return count > 0 ? count : 1;
}

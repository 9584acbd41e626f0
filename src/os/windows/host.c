/* host.c: the machine's name (Windows). */
#include "os/os.h"

#include <windows.h>

void os_host_name(char name[256]) {
    DWORD size = 256;
    if (!GetComputerNameA(name, &size)) {
        name[0] = '\0';
    }
}

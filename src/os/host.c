/* host.c: the machine's name (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <unistd.h>

void os_host_name(char name[256]) {
    if (gethostname(name, 255) != 0) {
        name[0] = '\0';
    }
    name[255] = '\0';
}

/* access.c: what this user may use (Windows). */
#include "os/access.h"

#include <io.h>

bool os_folder_writable(const char *path) {
    return _access(path, 0) != 0 || _access(path, 2) == 0;
}

/* Windows has no nodes of devices with permissions. */
bool os_gpu_denied(char path[64], char group[64]) {
    path[0] = group[0] = '\0';
    return false;
}

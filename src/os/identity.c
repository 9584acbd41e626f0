/* identity.c: what is at a path (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>

#include "os/same_file.h"

bool os_identify(const char *path, struct os_identity *identity) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return false;
    }
    *identity =
        (struct os_identity){.device = (uint64_t)status.st_dev,
                             .number = (uint64_t)status.st_ino,
                             .in_place = !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)};
    return true;
}

/* identity.c: what is at a path (Windows, whose stat has no numbers of files). */
#include <sys/stat.h>
#include <windows.h>

#include "os/same_file.h"

bool os_identify(const char *path, struct os_identity *identity) {
    BY_HANDLE_FILE_INFORMATION found;
    struct stat status;
    HANDLE file;
    bool known;
    if (stat(path, &status) != 0) {
        return false;
    }
    *identity = (struct os_identity){.in_place = true};
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        return true; /* to open a pipe would be noticed at its other end */
    }
    file = CreateFileA(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS /* for folders */, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return false;
    }
    known = GetFileInformationByHandle(file, &found) != 0;
    CloseHandle(file);
    if (known) {
        identity->device = found.dwVolumeSerialNumber;
        identity->number = (uint64_t)found.nFileIndexHigh << 32 | found.nFileIndexLow;
        identity->in_place = false;
    }
    return known;
}

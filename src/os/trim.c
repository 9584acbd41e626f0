/* trim.c: folders that are kept small, on all systems. */
#include "os/os.h"

#include <stdio.h>

size_t os_trim_folder(const char *folder, const char *ending, size_t most_files,
                      uint64_t most_bytes) {
    char name[WEFT_OS_NAME], path[4096];
    size_t count, removed = 0;
    uint64_t bytes;
    while (os_oldest_file(folder, ending, name, &count, &bytes) &&
           (count > most_files || bytes > most_bytes)) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (length < 0 || (size_t)length >= sizeof path || remove(path) != 0) {
            break;
        }
        removed++;
    }
    return removed;
}

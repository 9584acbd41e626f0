/* cache.c: the user's folder of things that can be made again (Windows). */
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

bool weft_os_cache_folder(char path[4096]) {
    const char *wish = getenv("XDG_CACHE_HOME"), *local = getenv("LOCALAPPDATA");
    const char *cache = wish != NULL && *wish != '\0' ? wish : local;
    int length = cache != NULL && *cache != '\0' ? snprintf(path, 4096, "%s/weft", cache) : -1;
    return length > 0 && length < 4096;
}

/* The oldest file of ${folder} whose name ends with ${ending}; counts all of them and their bytes. */
static bool oldest(const char *folder, const char *ending, char name[MAX_PATH], size_t *count,
                   uint64_t *bytes) {
    WIN32_FIND_DATAA entry;
    FILETIME found = {0};
    char pattern[4096];
    HANDLE listing;
    *count = 0;
    *bytes = 0;
    snprintf(pattern, sizeof pattern, "%s/*%s", folder, ending);
    listing = FindFirstFileA(pattern, &entry);
    if (listing == INVALID_HANDLE_VALUE) {
        return false;
    }
    do {
        if ((entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
            continue;
        }
        if (*count == 0 || CompareFileTime(&entry.ftLastWriteTime, &found) < 0) {
            found = entry.ftLastWriteTime;
            snprintf(name, MAX_PATH, "%s", entry.cFileName);
        }
        *count += 1;
        *bytes += (uint64_t)entry.nFileSizeHigh << 32 | entry.nFileSizeLow;
    } while (FindNextFileA(listing, &entry));
    FindClose(listing);
    return *count > 0;
}

size_t weft_os_trim_folder(const char *folder, const char *ending, size_t most_files,
                           uint64_t most_bytes) {
    char name[MAX_PATH], path[4096];
    size_t count, removed = 0;
    uint64_t bytes;
    while (oldest(folder, ending, name, &count, &bytes) &&
           (count > most_files || bytes > most_bytes)) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (length < 0 || (size_t)length >= sizeof path || remove(path) != 0) {
            break;
        }
        removed++;
    }
    return removed;
}

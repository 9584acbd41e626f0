/* cache.c: the user's folder of things that can be made again (Windows). */
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

bool os_cache_folder(char path[4096]) {
    const char *wish = getenv("XDG_CACHE_HOME"), *local = getenv("LOCALAPPDATA");
    const char *cache = wish != NULL && *wish != '\0' ? wish : local;
    int length = cache != NULL && *cache != '\0' ? snprintf(path, 4096, "%s/weft", cache) : -1;
    return length > 0 && length < 4096;
}

bool os_oldest_file(const char *folder, const char *ending, char name[WEFT_OS_NAME], size_t *count,
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
            snprintf(name, WEFT_OS_NAME, "%s", entry.cFileName);
        }
        *count += 1;
        *bytes += (uint64_t)entry.nFileSizeHigh << 32 | entry.nFileSizeLow;
    } while (FindNextFileA(listing, &entry));
    FindClose(listing);
    return *count > 0;
}

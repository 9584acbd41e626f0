/* cache.c: the user's folder of things that can be made again (POSIX, XDG). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool weft_os_cache_folder(char path[4096]) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (cache != NULL && cache[0] == '/') {
        length = snprintf(path, 4096, "%s/weft", cache);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(path, 4096, "%s/.cache/weft", home);
    }
    return length > 0 && length < 4096;
}

/* The oldest file of ${folder} whose name ends with ${ending}; counts all of them and their bytes. */
static bool oldest(const char *folder, const char *ending, char name[NAME_MAX + 1], size_t *count,
                   uint64_t *bytes) {
    DIR *stream = opendir(folder);
    struct dirent *entry;
    time_t found = 0;
    *count = 0;
    *bytes = 0;
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        size_t length = strlen(entry->d_name), tail = strlen(ending);
        struct stat status;
        if (length <= tail || strcmp(entry->d_name + length - tail, ending) != 0 ||
            fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode)) {
            continue;
        }
        if (*count == 0 || status.st_mtime < found) {
            found = status.st_mtime;
            snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
        }
        *count += 1;
        *bytes += (uint64_t)status.st_size;
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return *count > 0;
}

size_t weft_os_trim_folder(const char *folder, const char *ending, size_t most_files,
                           uint64_t most_bytes) {
    char name[NAME_MAX + 1], path[4096];
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

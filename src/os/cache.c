/* cache.c: the user's folder of things that can be made again (POSIX, XDG). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool os_cache_folder(char path[4096]) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (cache != NULL && cache[0] == '/') {
        length = snprintf(path, 4096, "%s/weft", cache);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(path, 4096, "%s/.cache/weft", home);
    }
    return length > 0 && length < 4096;
}

bool os_oldest_file(const char *folder, const char *ending, char name[WEFT_OS_NAME], size_t *count,
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
            snprintf(name, WEFT_OS_NAME, "%s", entry->d_name);
        }
        *count += 1;
        *bytes += (uint64_t)status.st_size;
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return *count > 0;
}

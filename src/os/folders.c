/* folders.c: folders that are created, listed and removed (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"

enum weft_status os_make_folder(const char *path, struct weft_error *error) {
    char part[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return os_fail(error, "cannot make folder", path, length == 0 ? ENOENT : ENAMETOOLONG);
    }
    /* Creates each folder of the path, the outermost first: cuts the path at each slash and at its
     * end. */
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '/' && path[end] != '\0') {
            continue;
        }
        memcpy(part, path, end);
        part[end] = '\0';
        if (!os_is_folder(part) && mkdir(part, 0777) != 0 &&
            !(errno == EEXIST && os_is_folder(part))) { /* another process has just made it */
            return os_fail(error, "cannot make folder", part, errno);
        }
    }
    return WEFT_OK;
}

static bool is_itself_or_parent(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool os_is_empty_folder(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    bool empty = folder != NULL;
    while (empty && (entry = readdir(folder)) != NULL) {
        empty = is_itself_or_parent(entry->d_name);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return empty;
}

enum weft_status os_make_temporary(char path[1024], struct weft_error *error) {
    const char *parent = getenv("TMPDIR");
    int length =
        snprintf(path, 1024, "%s/weft-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (length < 0 || length >= 1024) {
        return weft_fail(error, WEFT_BAD_FILE, "temporary folder: the path of TMPDIR is too long");
    }
    if (mkdtemp(path) == NULL) {
        weft_fail(error, WEFT_BAD_FILE, "%s: cannot be made: %s", path, strerror(errno));
        path[0] = '\0';
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

void os_remove_temporary(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char file[4096];
        int length = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (!is_itself_or_parent(entry->d_name) && length > 0 && (size_t)length < sizeof file) {
            remove(file);
        }
    }
    if (folder != NULL) {
        closedir(folder);
        remove(path);
    }
}

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

bool os_oldest_file(const char *folder, const char *ending, char name[OS_NAME], size_t *count,
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
            snprintf(name, OS_NAME, "%s", entry->d_name);
        }
        *count += 1;
        *bytes += (uint64_t)status.st_size;
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return *count > 0;
}

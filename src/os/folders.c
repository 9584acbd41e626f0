/* folders.c: folders that are created, listed and removed: POSIX functions that Windows has too. */
#define _POSIX_C_SOURCE 200809L
#include "os/files.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef _WIN32
#include <io.h>
#define mkdir(path, mode)   mkdir(path)
#define lstat(path, status) stat(path, status)
enum { DRIVE_END = ':' };
#else
enum { DRIVE_END = '/' };
#endif

enum weft_status os_make_folder(const char *path, struct weft_error *error) {
    char part[OS_PATH];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return os_fail(error, "cannot make folder", path, length == 0 ? ENOENT : ENAMETOOLONG);
    }
    /* Creates each folder of the path, the outermost first: cuts the path at each separator and at
     * its end, but not after a drive or another separator. */
    for (size_t end = 1; end <= length; end++) {
        if ((path[end] != '\0' && !os_is_separator(path[end])) || os_is_separator(path[end - 1]) ||
            path[end - 1] == DRIVE_END) {
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

/* Stores the path of the next entry of ${folder}, which ${stream} lists, in ${path}. Returns false
 * after the last entry, and if ${stream} is NULL. */
static bool next_entry(DIR *stream, const char *folder, char path[OS_PATH]) {
    struct dirent *entry;
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        int length = snprintf(path, OS_PATH, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && length > 0 &&
            length < OS_PATH) {
            return true;
        }
    }
    return false;
}

static void close_folder(DIR *stream) {
    if (stream != NULL) {
        closedir(stream);
    }
}

bool os_is_empty_folder(const char *path) {
    char entry[OS_PATH];
    DIR *stream = opendir(path);
    bool empty = stream != NULL && !next_entry(stream, path, entry);
    close_folder(stream);
    return empty;
}

void os_remove_temporary(const char *path) {
    char entry[OS_PATH];
    DIR *stream = opendir(path);
    while (next_entry(stream, path, entry)) {
        remove(entry);
    }
    close_folder(stream);
    rmdir(path);
}

/* Finds the oldest file of ${folder} whose name ends with ${ending}. Stores the number of such
 * files in ${count} and the sum of their sizes in ${bytes}. */
static void find_oldest(const char *folder, const char *ending, char oldest[OS_PATH], size_t *count,
                        uint64_t *bytes) {
    char path[OS_PATH];
    DIR *stream = opendir(folder);
    time_t found = 0;
    *count = 0;
    *bytes = 0;
    while (next_entry(stream, folder, path)) {
        size_t length = strlen(path) - strlen(folder) - 1, tail = strlen(ending);
        struct stat status;
        if (length <= tail || strcmp(path + strlen(path) - tail, ending) != 0 ||
            lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
            continue;
        }
        if (*count == 0 || status.st_mtime < found) {
            found = status.st_mtime;
            strcpy(oldest, path);
        }
        *count += 1;
        *bytes += (uint64_t)status.st_size;
    }
    close_folder(stream);
}

size_t os_trim_folder(const char *folder, const char *ending, size_t max_files,
                      uint64_t max_bytes) {
    char path[OS_PATH];
    size_t count, removed = 0;
    uint64_t bytes;
    for (;; removed++) {
        find_oldest(folder, ending, path, &count, &bytes);
        if ((count <= max_files && bytes <= max_bytes) || count == 0 || remove(path) != 0) {
            return removed;
        }
    }
}

/* private_trim.c: the oldest files of a private folder are removed (POSIX). */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "os/private.h"

enum { PART_KEPT = 3600 }; /* seconds; a killed process has left an unfinished file that is older */

/* Files of a folder: their number, their bytes, and the oldest one. */
struct found {
    size_t count;
    uint64_t bytes;
    time_t time; /* of the oldest */
    char oldest[OS_PATH];
};

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* Adds the file ${name}, or removes it if it is unfinished and older than ${kept} seconds. */
static void look_at(const struct os_private *folder, const char *name, const char *ending,
                    double kept, struct found *found) {
    struct stat status;
    bool unfinished = ends_with(name, OS_PRIVATE_PART);
    if ((!unfinished && !ends_with(name, ending)) || strlen(name) >= sizeof found->oldest ||
        fstatat(folder->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISDIR(status.st_mode)) {
        return;
    }
    if (unfinished) {
        if (difftime(time(NULL), status.st_mtime) >= kept) {
            os_private_remove(folder, name);
        }
        return;
    }
    if (found->count == 0 || status.st_mtime < found->time) {
        found->time = status.st_mtime;
        memcpy(found->oldest, name, strlen(name) + 1);
    }
    found->count++;
    found->bytes += (uint64_t)status.st_size;
}

static void look_at_all(const struct os_private *folder, const char *ending, double kept,
                        struct found *found) {
    int descriptor = openat(folder->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    struct dirent *entry;
    *found = (struct found){.count = 0};
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        look_at(folder, entry->d_name, ending, kept, found);
    }
    if (stream != NULL) {
        closedir(stream);
    } else if (descriptor >= 0) {
        close(descriptor);
    }
}

size_t os_private_trim(const struct os_private *folder, const char *ending, size_t max_files,
                       uint64_t max_bytes) {
    struct found found;
    for (size_t removed = 0;; removed++) {
        look_at_all(folder, ending, max_files > 0 ? PART_KEPT : 0, &found);
        if ((found.count <= max_files && found.bytes <= max_bytes) || found.count == 0 ||
            unlinkat(folder->descriptor, found.oldest, 0) != 0) {
            return removed;
        }
    }
}

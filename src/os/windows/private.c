/* private.c: a folder that no other user can change, and its files (Windows): the rights of the
 * user's profile keep others out, so only links are refused. */
#include "os/private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <windows.h>

#include "base/printable.h"

enum { PART_KEPT = 3600 }; /* seconds; a killed process has left an unfinished file that is older */

enum os_trust os_private_open_own(struct os_private *folder, const char *path, char why[OS_WHY]) {
    DWORD attributes = GetFileAttributesA(path);
    why[0] = '\0';
    folder->descriptor = -1;
    if (attributes == INVALID_FILE_ATTRIBUTES || strlen(path) >= sizeof folder->path) {
        return OS_ABSENT;
    }
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
        printable_print(why, OS_WHY, "%.400s: not a folder, or a link", path);
        return OS_DISTRUSTED;
    }
    memcpy(folder->path, path, strlen(path) + 1);
    return OS_TRUSTED;
}

enum os_trust os_private_open(struct os_private *folder, const char *path, bool create,
                              char why[OS_WHY]) {
    struct weft_error error = {0};
    if (create && os_make_folder(path, &error) != WEFT_OK) {
        printable_print(why, OS_WHY, "%s", error.message);
        return OS_ABSENT;
    }
    return os_private_open_own(folder, path, why);
}

void os_private_close(struct os_private *folder) {
    (void)folder;
}

static bool path_of(const struct os_private *folder, const char *name, char path[OS_PATH]) {
    int length = snprintf(path, OS_PATH, "%s/%s", folder->path, name);
    return length > 0 && length < OS_PATH;
}

enum os_trust os_private_read(const struct os_private *folder, const char *name, size_t limit,
                              char **bytes, size_t *size, char why[OS_WHY]) {
    struct weft_error error = {0};
    char path[OS_PATH];
    why[0] = '\0';
    *bytes = NULL;
    if (!path_of(folder, name, path) || !os_exists(path)) {
        return OS_ABSENT;
    }
    if (os_file_read(path, limit, bytes, size, &error) != WEFT_OK) {
        printable_print(why, OS_WHY, "%s", error.message);
        return OS_ABSENT;
    }
    return OS_TRUSTED;
}

bool os_private_write(const struct os_private *folder, const char *name, const void *head,
                      size_t head_size, const void *bytes, size_t size) {
    struct os_file file = {0};
    char path[OS_PATH];
    bool written = false;
    if (!path_of(folder, name, path) || os_file_create(&file, path, NULL) != WEFT_OK) {
        return false;
    }
    if (fwrite(head, 1, head_size, file.stream) == head_size &&
        fwrite(bytes, 1, size, file.stream) == size) {
        written = os_file_commit(&file, NULL) == WEFT_OK;
    }
    os_file_abandon(&file);
    return written;
}

void os_private_remove(const struct os_private *folder, const char *name) {
    char path[OS_PATH];
    if (path_of(folder, name, path)) {
        remove(path);
    }
}

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* Finds the oldest file whose name ends with ${ending}; counts these files and their bytes. */
static void find_oldest(const struct os_private *folder, const char *ending, char oldest[OS_PATH],
                        size_t *count, uint64_t *bytes) {
    DIR *stream = opendir(folder->path);
    struct dirent *entry;
    time_t found = 0;
    *count = 0;
    *bytes = 0;
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        char path[OS_PATH];
        struct stat status;
        if (!ends_with(entry->d_name, ending) || !path_of(folder, entry->d_name, path) ||
            stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
            continue;
        }
        if (*count == 0 || status.st_mtime < found) {
            found = status.st_mtime;
            strcpy(oldest, path);
        }
        *count += 1;
        *bytes += (uint64_t)status.st_size;
    }
    if (stream != NULL) {
        closedir(stream);
    }
}

/* Removes unfinished files that are older than ${kept} seconds. */
static void remove_unfinished(const struct os_private *folder, double kept) {
    char path[OS_PATH];
    struct stat status;
    size_t count;
    uint64_t bytes;
    do {
        find_oldest(folder, OS_PRIVATE_PART, path, &count, &bytes);
    } while (count > 0 && stat(path, &status) == 0 &&
             difftime(time(NULL), status.st_mtime) >= kept && remove(path) == 0);
}

size_t os_private_trim(const struct os_private *folder, const char *ending, size_t max_files,
                       uint64_t max_bytes) {
    char path[OS_PATH];
    size_t count;
    uint64_t bytes;
    remove_unfinished(folder, max_files > 0 ? PART_KEPT : 0);
    for (size_t removed = 0;; removed++) {
        find_oldest(folder, ending, path, &count, &bytes);
        if ((count <= max_files && bytes <= max_bytes) || count == 0 || remove(path) != 0) {
            return removed;
        }
    }
}

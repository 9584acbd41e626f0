/* folders.c: folders that are created, listed and removed: POSIX functions that Windows has too. */
#define _POSIX_C_SOURCE 200809L
#include "os/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/try.h"
#include "os/hold.h"

#ifdef _WIN32
#include <io.h>
#define mkdir(path, mode)   mkdir(path)
#define lstat(path, status) stat(path, status)
enum { DRIVE_END = ':' };
#else
enum { DRIVE_END = '/' };
#endif

/* Returns whether ${number}, from stat or lstat, means that there is no such entry. */
static bool says_absent(int number) {
    return number == ENOENT || number == ENOTDIR;
}

bool os_is_absent(const char *path) {
    struct stat status;
    return lstat(path, &status) != 0 && says_absent(errno);
}

bool os_is_closed(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 && !says_absent(errno);
}

int os_new_folder(const char *path) {
    if (mkdir(path, 0777) != 0) {
        return errno;
    }
    os_sync_folder_of(path);
    return 0;
}

/* Removes the last name of ${part}, and the separators before it. */
static void cut(char *part) {
    size_t length = strlen(part);
    while (length > 0 && !os_is_separator(part[length - 1])) {
        length--;
    }
    while (length > 0 && os_is_separator(part[length - 1])) {
        length--;
    }
    part[length] = '\0';
}

size_t os_existing_part(const char *path) {
    char part[OS_PATH];
    size_t length = strlen(path);
    if (length >= sizeof part) {
        return length;
    }
    strcpy(part, path);
    while (part[0] != '\0' && os_is_missing(part)) {
        cut(part);
    }
    return strlen(part);
}

void os_remove_made(const char *path, size_t existing) {
    char part[OS_PATH];
    if (strlen(path) >= sizeof part) {
        return;
    }
    for (strcpy(part, path); strlen(part) > existing; cut(part)) {
        (void)rmdir(part);
    }
}

enum weft_status os_make_folder(const char *path, struct weft_error *error) {
    char part[OS_PATH];
    size_t length = strlen(path), existing = os_existing_part(path);
    int number;
    if (length == 0 || length >= sizeof part) {
        return os_fail(error, "cannot make folder", path, length == 0 ? ENOENT : ENAMETOOLONG);
    }
    TRY(os_check_links("cannot make folder", path, error));
    /* Creates each folder of the path, the outermost first: cuts the path at each separator and at
     * its end, but not after a drive or another separator. */
    for (size_t end = 1; end <= length; end++) {
        if ((path[end] != '\0' && !os_is_separator(path[end])) || os_is_separator(path[end - 1]) ||
            path[end - 1] == DRIVE_END) {
            continue;
        }
        memcpy(part, path, end);
        part[end] = '\0';
        number = os_is_folder(part) ? EEXIST : os_new_folder(part);
        if (number != 0 && !(number == EEXIST && os_is_folder(part))) {
            os_remove_made(path, existing);
            return os_fail(error, "cannot make folder", part, number);
        }
    }
    return WEFT_OK;
}

/* Stores the path of the next entry of ${folder}, which ${stream} lists, in ${path}. Returns false
 * after the last entry, and if ${stream} is NULL. An entry that cannot be read, or whose path is
 * too long, is omitted, and its errno value stored in ${number}. */
static bool next_entry(DIR *stream, const char *folder, char path[OS_PATH], int *number) {
    while (stream != NULL) {
        struct dirent *entry;
        errno = 0;
        entry = readdir(stream);
        if (entry == NULL) {
            *number = errno != 0 ? errno : *number;
            return false;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (snprintf(path, OS_PATH, "%s/%s", folder, entry->d_name) < OS_PATH) {
            return true;
        }
        *number = ENAMETOOLONG;
    }
    return false;
}

static void close_folder(DIR *stream) {
    if (stream != NULL) {
        closedir(stream);
    }
}

enum weft_status os_folder_check(const char *path, struct weft_error *error) {
    char folder[OS_PATH], file[OS_PATH + 16];
    if (strlen(path) >= sizeof folder) {
        return os_fail(error, "cannot make folder", path, ENAMETOOLONG);
    }
    strcpy(folder, path);
    while (os_is_missing(folder) && strcmp(folder, ".") != 0) {
        os_folder_of(folder, folder);
    }
    snprintf(file, sizeof file, "%s/" OS_PART, folder);
    return os_file_check(file, error);
}

int os_check_empty(const char *path, const char *ignored) {
    char entry[OS_PATH];
    DIR *stream = opendir(path);
    int number = stream != NULL ? 0 : errno, unread = 0;
    while (number == 0 && next_entry(stream, path, entry, &unread)) {
        number = strcmp(entry + strlen(path) + 1, ignored) == 0 ? 0 : ENOTEMPTY;
    }
    close_folder(stream);
    return number != 0 ? number : unread;
}

bool os_is_part(const char *name) {
    const size_t begin = strlen(OS_PART);
    size_t digits;
    if (strncmp(name, OS_PART, begin) != 0) {
        return false;
    }
    name += begin;
    digits = strspn(name, "0123456789");
    if (digits == 0 || name[digits] != '-') {
        return false;
    }
    name += digits + 1;
    digits = strspn(name, "0123456789");
    return digits > 0 && strcmp(name + digits, OS_PART_END) == 0;
}

void os_remove_parts(const char *folder) {
    char path[OS_PATH];
    int unread = 0;
    DIR *stream = opendir(folder);
    while (next_entry(stream, folder, path, &unread)) {
        if (os_is_part(path + strlen(folder) + 1)) {
            os_remove_left(path);
        }
    }
    close_folder(stream);
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool os_equal_names(const char *a, const char *b) {
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

bool os_find_file(const char *folder, const char *name, char path[OS_PATH]) {
    char entry[OS_PATH];
    DIR *stream = opendir(folder);
    bool found = false;
    int unread = 0;
    while (next_entry(stream, folder, entry, &unread)) {
        if (os_equal_names(os_name_of(entry), name) && !os_is_folder(entry) &&
            (!found || strcmp(entry, path) < 0)) {
            strcpy(path, entry);
            found = true;
        }
    }
    close_folder(stream);
    return found;
}

static int by_bytes(const void *a, const void *b) {
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

/* Returns the ${count} names that ${joined} has one after the other, each with its zero, sorted; or
 * NULL without memory. */
static char **sort_names(const char *joined, size_t count) {
    const char **sorted = calloc(count + 1, sizeof *sorted);
    char **names = NULL;
    for (size_t i = 0; sorted != NULL && i < count; i++) {
        sorted[i] = joined;
        joined += strlen(joined) + 1;
    }
    if (sorted != NULL) {
        qsort(sorted, count, sizeof *sorted, by_bytes);
        names = text_copy_list(sorted, count);
    }
    free(sorted);
    return names;
}

enum weft_status os_folder_list(const char *folder, char ***names, size_t *count,
                                struct weft_error *error) {
    struct text joined = {.bytes = NULL};
    char entry[OS_PATH], *all;
    int unread = 0;
    DIR *stream = opendir(folder);
    *names = NULL;
    *count = 0;
    if (stream == NULL) {
        return os_fail(error, "cannot read folder", folder, errno);
    }
    while (next_entry(stream, folder, entry, &unread)) {
        const char *name = entry + strlen(folder) + 1;
        if (name[0] != '.') {
            text_add_bytes(&joined, name, strlen(name) + 1);
            ++*count;
        }
    }
    closedir(stream);
    all = text_take(&joined);
    if (unread != 0) {
        free(all);
        *count = 0;
        return os_fail(error, "cannot read folder", folder, unread);
    }
    *names = all != NULL || *count == 0 ? sort_names(all, *count) : NULL;
    free(all);
    return *names != NULL
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "no memory for the names in %s", folder);
}

void os_remove_temporary(const char *path) {
    char entry[OS_PATH];
    int unread = 0;
    DIR *stream = opendir(path);
    while (next_entry(stream, path, entry, &unread)) {
        remove(entry);
    }
    close_folder(stream);
    rmdir(path);
}

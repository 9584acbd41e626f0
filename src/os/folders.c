/* folders.c: what is in a folder, and folders for a while (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
        weft_fail(error, WEFT_BAD_FILE, "%s: can not be made: %s", path, strerror(errno));
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

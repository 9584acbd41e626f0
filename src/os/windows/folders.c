/* folders.c: what is in a folder, and folders for a while (Windows). */
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

/* Starts to list ${path}; INVALID_HANDLE_VALUE where that can not be. */
static HANDLE list(const char *path, WIN32_FIND_DATAA *entry) {
    char pattern[4096];
    int length = snprintf(pattern, sizeof pattern, "%s/*", path);
    return length > 0 && (size_t)length < sizeof pattern ? FindFirstFileA(pattern, entry)
                                                         : INVALID_HANDLE_VALUE;
}

static bool is_itself_or_parent(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool os_is_empty_folder(const char *path) {
    WIN32_FIND_DATAA entry;
    HANDLE listing = list(path, &entry);
    bool empty = listing != INVALID_HANDLE_VALUE;
    while (empty) {
        empty = is_itself_or_parent(entry.cFileName);
        if (!FindNextFileA(listing, &entry)) {
            break;
        }
    }
    if (listing != INVALID_HANDLE_VALUE) {
        FindClose(listing);
    }
    return empty;
}

enum weft_status os_make_temporary(char path[1024], struct weft_error *error) {
    char parent[MAX_PATH + 1];
    DWORD length = GetTempPathA(sizeof parent, parent); /* ends with a backslash */
    for (unsigned i = 0; length > 0 && length < sizeof parent && i < 1000; i++) {
        snprintf(path, 1024, "%sweft-%lu-%u", parent, (unsigned long)GetCurrentProcessId(), i);
        if (CreateDirectoryA(path, NULL)) {
            return WEFT_OK;
        }
        if (GetLastError() != ERROR_ALREADY_EXISTS) {
            break;
        }
    }
    path[0] = '\0';
    return weft_fail(error, WEFT_BAD_FILE, "temporary folder: none can be made in TEMP");
}

void os_remove_temporary(const char *path) {
    WIN32_FIND_DATAA entry;
    HANDLE listing = list(path, &entry);
    if (listing == INVALID_HANDLE_VALUE) {
        return;
    }
    do {
        char file[4096];
        int length = snprintf(file, sizeof file, "%s/%s", path, entry.cFileName);
        if (!is_itself_or_parent(entry.cFileName) && length > 0 && (size_t)length < sizeof file) {
            remove(file);
        }
    } while (FindNextFileA(listing, &entry));
    FindClose(listing);
    RemoveDirectoryA(path);
}

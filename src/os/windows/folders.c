/* folders.c: folders that are created, listed and removed (Windows). */
#include "os/folders.h"

#include <direct.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "os/files.h"

enum weft_status os_make_folder(const char *path, struct weft_error *error) {
    char part[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return os_fail(error, "cannot make folder", path, length == 0 ? ENOENT : ENAMETOOLONG);
    }
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '\0' && !os_is_separator(path[end])) {
            continue;
        }
        memcpy(part, path, end);
        part[end] = '\0';
        if (part[end - 1] == ':' || os_is_separator(part[end - 1])) {
            continue; /* a drive, or two separators */
        }
        if (!os_is_folder(part) && _mkdir(part) != 0 && !(errno == EEXIST && os_is_folder(part))) {
            return os_fail(error, "cannot make folder", part, errno);
        }
    }
    return WEFT_OK;
}

/* Starts to list ${path}. Returns INVALID_HANDLE_VALUE on failure. */
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

bool os_cache_folder(char path[4096]) {
    const char *wish = getenv("XDG_CACHE_HOME"), *local = getenv("LOCALAPPDATA");
    const char *cache = wish != NULL && *wish != '\0' ? wish : local;
    int length = cache != NULL && *cache != '\0' ? snprintf(path, 4096, "%s/weft", cache) : -1;
    return length > 0 && length < 4096;
}

bool os_oldest_file(const char *folder, const char *ending, char name[OS_NAME], size_t *count,
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
            snprintf(name, OS_NAME, "%s", entry.cFileName);
        }
        *count += 1;
        *bytes += (uint64_t)entry.nFileSizeHigh << 32 | entry.nFileSizeLow;
    } while (FindNextFileA(listing, &entry));
    FindClose(listing);
    return *count > 0;
}

/* files.c: files that are complete or not there (Windows); ../files.c explains how. */
#include "os/files.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <windows.h>

#include "base/try.h"

/* Returns the errno value of the error of the last system call. */
static int last_error(void) {
    switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION: /* another program has it open */
        return EACCES;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ENOSPC;
    default:
        return EIO;
    }
}

bool os_is_separator(char c) {
    return c == '/' || c == '\\';
}

/* Returns whether a name in ${path} has more than 255 letters; Windows reports it as not found, and
 * only when the file gets its name. */
static bool is_too_long(const char *path) {
    size_t length = 0, longest = 0;
    for (; *path != '\0'; path++) {
        length = os_is_separator(*path) ? 0 : length + 1;
        longest = length > longest ? length : longest;
    }
    return longest > 255;
}

/* Creates the temporary file. Returns -1 and sets errno on failure. */
static int open_part(struct os_file *file) {
    static atomic_uint numbers;
    int descriptor;
    char folder[OS_PATH];
    os_folder_of(file->path, folder);
    do {
        snprintf(file->part, sizeof file->part, "%s/" OS_PART "%d-%u" OS_PART_END, folder,
                 _getpid(), atomic_fetch_add(&numbers, 1));
        descriptor =
            _open(file->part, _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT, 0666);
        /* EEXIST: a killed process with the same number left its file. */
    } while (descriptor < 0 && errno == EEXIST);
    return descriptor;
}

/* Opens the file to write to. Returns -1 and sets errno on failure. */
static int open_for_writing(struct os_file *file) {
    struct stat old;
    char folder[OS_PATH];
    if (stat(file->path, &old) == 0) {
        if (S_ISDIR(old.st_mode)) {
            errno = EISDIR;
            return -1;
        }
        if (!S_ISREG(old.st_mode)) { /* NUL, a console, a pipe: there is nothing to rename */
            return _open(file->path, _O_WRONLY | _O_BINARY);
        }
        if (_access(file->path, 2) != 0) { /* the file is write-protected on purpose */
            return -1;
        }
    }
    os_folder_of(file->path, folder);
    os_remove_parts(folder);
    return open_part(file);
}

enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error) {
    size_t length = strlen(path);
    int descriptor, number;
    memset(file, 0, sizeof *file);
    if (length == 0 || length >= sizeof file->path || is_too_long(path)) {
        return os_fail(error, "cannot write", path, length > 0 ? ENAMETOOLONG : ENOENT);
    }
    memcpy(file->path, path, length + 1);
    descriptor = open_for_writing(file);
    number = errno;
    if (descriptor >= 0 && (file->stream = _fdopen(descriptor, "wb")) != NULL) {
        return WEFT_OK;
    }
    if (descriptor >= 0) {
        number = errno;
        _close(descriptor);
        os_file_abandon(file);
    }
    memset(file->part, 0, sizeof file->part);
    return os_fail_writing(error, path, number);
}

enum weft_status os_file_replace(struct os_file *file, const char *path, struct weft_error *error) {
    return os_file_create(file, path, error);
}

enum weft_status os_file_check(const char *path, struct weft_error *error) {
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    os_file_abandon(&file);
    return WEFT_OK;
}

enum weft_status os_file_check_replace(const char *path, struct weft_error *error) {
    return os_file_check(path, error);
}

/* Windows forgets the reason of a failed write, so another write finds it. */
static int reason_of_write(struct os_file *file) {
    static const char zeros[65536];
    return _write(_fileno(file->stream), zeros, sizeof zeros) < 0 ? errno : EIO;
}

enum weft_status os_file_commit(struct os_file *file, struct weft_error *error) {
    bool has_part = file->part[0] != '\0';
    int number = ferror(file->stream)        ? reason_of_write(file)
                 : fflush(file->stream) != 0 ? errno
                                             : 0;
    if (number == 0 && has_part && _commit(_fileno(file->stream)) != 0) {
        number = errno;
    }
    if (fclose(file->stream) != 0 && number == 0) {
        number = errno;
    }
    file->stream = NULL;
    /* On Windows, rename() does not replace a file. */
    if (number == 0 && has_part &&
        !MoveFileExA(file->part, file->path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
        number = last_error();
    }
    if (number != 0) {
        os_fail(error, "cannot write", file->path, number);
        os_file_abandon(file);
        return WEFT_BAD_FILE;
    }
    file->part[0] = '\0';
    return WEFT_OK;
}

/* Links have no owner here that could be compared. */
enum weft_status os_check_links(const char *what, const char *path, struct weft_error *error) {
    (void)what, (void)path, (void)error;
    return WEFT_OK;
}

/* A rename waits for the disk: MOVEFILE_WRITE_THROUGH. */
void os_sync_folder_of(const char *path) {
    (void)path;
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
    return error_set(error, WEFT_BAD_FILE, "temporary folder: none can be made in TEMP");
}

/* An open file keeps its name. */
bool os_hide_file(FILE *stream, const char *path, char other[32]) {
    (void)stream, (void)path, (void)other;
    return false;
}

bool os_cache_folder(char path[4096]) {
    const char *wish = getenv("XDG_CACHE_HOME"), *local = getenv("LOCALAPPDATA");
    bool absolute =
        wish != NULL && (os_is_separator(wish[0]) || (wish[0] != '\0' && wish[1] == ':'));
    const char *cache = absolute ? wish : local;
    int length = cache != NULL && *cache != '\0' ? snprintf(path, 4096, "%s/weft", cache) : -1;
    return length > 0 && length < 4096;
}

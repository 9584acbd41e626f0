/* files_common.c: the part of files.h that is the same on all systems: it needs only POSIX
 * functions that Windows has too. */
#define _POSIX_C_SOURCE 200809L
#include "os/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum weft_status os_fail(struct weft_error *error, const char *what, const char *path, int number) {
    weft_fail(error, WEFT_BAD_FILE, "%s %s: %s", what, path, strerror(number));
    switch (number) {
    case EACCES:
    case EPERM:
        return weft_error_hint(error, "check the permissions of the file and of its folder");
    case EROFS:
        return weft_error_hint(error, "choose a folder on a disk that can be written");
    case ENOSPC:
#ifdef EDQUOT
    case EDQUOT:
#endif
        return weft_error_hint(error, "free some space, or choose a folder on another disk");
    case ENAMETOOLONG:
        return weft_error_hint(error, "choose a shorter name");
    case EFBIG:
        return weft_error_hint(error, "ulimit -f limits the size of files, or the disk does");
    default:
        return WEFT_BAD_FILE;
    }
}

bool os_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

bool os_is_missing(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 && errno == ENOENT;
}

bool os_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Stores the size of ${stream} in ${size}. Returns false if it is not known before reading: for a
 * pipe, or a file of /proc. */
static bool known_size(FILE *stream, size_t *size) {
    struct stat status;
    if (fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
        (uintmax_t)status.st_size > SIZE_MAX - 2) {
        return false;
    }
    *size = (size_t)status.st_size;
    return true;
}

/* Reads ${stream} to its end into *bytes, which grows, and adds a zero. Returns 0 or an errno
 * value: EFBIG for more than ${limit} bytes. */
static int read_all(FILE *stream, size_t limit, char **bytes, size_t *size) {
    size_t capacity = 65536; /* unless the size is known */
    if (known_size(stream, &capacity) && capacity > limit) {
        return EFBIG;
    }
    capacity += 2; /* for the zero, and one byte more, so that the first read finds the end */
    *bytes = malloc(capacity);
    while (*bytes != NULL) {
        errno = 0;
        *size += fread(*bytes + *size, 1, capacity - 1 - *size, stream);
        if (ferror(stream)) {
            return errno != 0 ? errno : EIO;
        }
        if (*size > limit) {
            return EFBIG;
        }
        if (feof(stream)) {
            (*bytes)[*size] = '\0';
            return 0;
        }
        char *larger = capacity > SIZE_MAX / 2 ? NULL : realloc(*bytes, capacity * 2);
        if (larger == NULL) {
            return ENOMEM;
        }
        *bytes = larger;
        capacity *= 2;
    }
    return ENOMEM;
}

FILE *os_file_open(const char *path, struct weft_error *error) {
    FILE *stream = fopen(path, "rb");
    int number = errno;
    if (stream == NULL) {
        /* For a folder, Windows only reports that access is denied. */
        os_fail(error, "cannot read", path, os_is_folder(path) ? EISDIR : number);
    }
    return stream;
}

enum weft_status os_file_read(const char *path, size_t limit, char **bytes, size_t *size,
                              struct weft_error *error) {
    FILE *stream = os_file_open(path, error);
    int number;
    *bytes = NULL;
    *size = 0;
    if (stream == NULL) {
        return WEFT_BAD_FILE;
    }
    number = read_all(stream, limit, bytes, size);
    fclose(stream);
    if (number == 0) {
        return WEFT_OK;
    }
    free(*bytes);
    *bytes = NULL;
    *size = 0;
    if (number == ENOMEM) {
        return weft_fail(error, WEFT_FAILED, "cannot read %s: no memory for it", path);
    }
    if (number == EFBIG) {
        return weft_fail(error, WEFT_BAD_FILE, "cannot read %s: more than %zu bytes", path, limit);
    }
    return os_fail(error, "cannot read", path, number);
}

void os_folder_of(const char *path, char *folder) {
    size_t length = strlen(path);
    while (length > 0 && !os_is_separator(path[length - 1])) {
        length--;
    }
    if (length == 0) {
        strcpy(folder, ".");
        return;
    }
    length -= length > 1; /* a path of a single separator is a folder */
    memmove(folder, path, length);
    folder[length] = '\0';
}

enum weft_status os_fail_writing(struct weft_error *error, const char *path, int number) {
    char folder[sizeof((struct os_file *)NULL)->path];
    os_fail(error, "cannot write", path, number);
    if (number == ENOENT && strlen(path) < sizeof folder) {
        os_folder_of(path, folder);
        if (!os_is_folder(folder)) {
            return weft_error_hint(error, "there is no folder %s: make it first", folder);
        }
    }
    return WEFT_BAD_FILE;
}

void os_file_abandon(struct os_file *file) {
    if (file->stream != NULL) {
        file->out.number = ECANCELED; /* what the stream holds is not written */
        fclose(file->stream);
        file->stream = NULL;
    }
    if (file->part[0] != '\0') {
        remove(file->part);
        file->part[0] = '\0';
    }
}

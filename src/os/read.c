/* read.c: whole files into memory, what is there, and how a system's errors are told (POSIX, of which Windows has this part). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

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
    default:
        return WEFT_BAD_FILE;
    }
}

bool os_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

bool os_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Stores the size of ${stream}; false where it is not known before reading: a pipe, a file of /proc. */
static bool known_size(FILE *stream, size_t *size) {
    struct stat status;
    if (fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
        (uintmax_t)status.st_size > SIZE_MAX - 2) {
        return false;
    }
    *size = (size_t)status.st_size;
    return true;
}

/* Reads ${stream} to its end into *bytes, which grows; a zero goes behind. Returns 0 or an errno value; EFBIG above ${limit}. */
static int read_all(FILE *stream, size_t limit, char **bytes, size_t *size) {
    size_t capacity = 65536; /* a guess, unless the size is known */
    if (known_size(stream, &capacity) && capacity > limit) {
        return EFBIG;
    }
    capacity += 2; /* the zero, and one byte more, so that the end is seen at the first reading */
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
        /* Windows says of a folder only that it is forbidden. */
        os_fail(error, "can not read", path, os_is_folder(path) ? EISDIR : number);
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
        return weft_fail(error, WEFT_FAILED, "can not read %s: no memory for it", path);
    }
    if (number == EFBIG) {
        return weft_fail(error, WEFT_BAD_FILE, "can not read %s: more than %zu bytes", path, limit);
    }
    return os_fail(error, "can not read", path, number);
}

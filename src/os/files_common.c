/* files_common.c: the part of files.h that is the same on all systems: it needs only POSIX
 * functions that Windows has too. */
#define _POSIX_C_SOURCE 200809L
#include "os/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/try.h"
#include "os/process.h"

enum {
    FIRST_CAPACITY = 65536, /* bytes that are allocated if the size is not known */
    PIECE = 1 << 20         /* bytes that are read between two checks for an interrupt */
};

/* Adds a hint for EACCES: the folder of ${path} that may not be entered, which is the innermost one
 * that the system describes, or else the file itself. */
static enum weft_status hint_permissions(struct weft_error *error, const char *path) {
    char part[OS_PATH];
    struct stat status;
    size_t length = strlen(path);
    if (length >= sizeof part || stat(path, &status) == 0 || errno != EACCES) {
        return error_hint(error, "check the permissions of the file and of its folder");
    }
    do {
        os_folder_of(path, part);
        path = part;
    } while (stat(part, &status) != 0 && errno == EACCES && strlen(part) > 1);
    return error_hint(error, "the folder %s may not be entered: check its permissions", part);
}

enum weft_status os_fail(struct weft_error *error, const char *what, const char *path, int number) {
    if (number == EINTR) {
        return error_set(error, WEFT_INTERRUPTED, "%s %s: interrupted", what, path);
    }
    error_set(error, WEFT_BAD_FILE, "%s %s: %s", what, path, strerror(number));
    switch (number) {
    case EACCES:
    case EPERM:
        return hint_permissions(error, path);
    case ENXIO:
        return error_hint(error, "it is a socket or a device without hardware");
#ifdef ESTALE
    case ESTALE:
        return error_hint(error, "something else has taken its place meanwhile");
#endif
    case EROFS:
        return error_hint(error, "choose a folder on a disk that can be written");
    case ENOSPC:
#ifdef EDQUOT
    case EDQUOT:
#endif
        return error_hint(error, "free some space, or choose a folder on another disk");
    case ENAMETOOLONG:
        return error_hint(error, "choose a shorter name");
    case EFBIG:
        return error_hint(error, "ulimit -f limits the size of files, or the disk does");
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

enum weft_status os_check_folder(const char *path, struct weft_error *error) {
    struct stat status;
    int number = stat(path, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    return number == 0 ? WEFT_OK : os_fail(error, "cannot read", path, number);
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

enum weft_status os_file_open(const char *path, FILE **stream, struct weft_error *error) {
    struct stat status;
    int number;
    do {
        *stream = fopen(path, "rb"); /* waits for the writer of a pipe */
        number = errno;
    } while (*stream == NULL && number == EINTR && !os_interrupted());
    if (*stream != NULL && fstat(fileno(*stream), &status) == 0 && S_ISDIR(status.st_mode)) {
        fclose(*stream);
        *stream = NULL;
    }
    if (*stream == NULL) {
        /* For a folder, Windows only reports that access is denied. */
        return os_fail(error, "cannot read", path, os_is_folder(path) ? EISDIR : number);
    }
    return WEFT_OK;
}

enum weft_status os_file_get(FILE *stream, const char *path, void *bytes, size_t size, size_t *got,
                             struct weft_error *error) {
    *got = 0;
    while (*got < size && !feof(stream)) {
        size_t left = size - *got;
        errno = 0;
        *got += fread((char *)bytes + *got, 1, left < PIECE ? left : PIECE, stream);
        if (ferror(stream) && errno != EINTR) {
            return os_fail(error, "cannot read", path, errno != 0 ? errno : EIO);
        }
        if (!feof(stream) && os_interrupted()) {
            return os_fail(error, "cannot read", path, EINTR);
        }
        if (ferror(stream)) { /* by a signal that is no interrupt */
            clearerr(stream);
        }
    }
    return WEFT_OK;
}

enum weft_status os_file_append(FILE *stream, const char *path, size_t limit, char **bytes,
                                size_t *size, struct weft_error *error) {
    size_t capacity = FIRST_CAPACITY, got; /* unless the size is known */
    known_size(stream, &capacity);
    while (*bytes == NULL || (*size <= limit && !feof(stream))) {
        capacity = capacity > *size ? capacity : *size + FIRST_CAPACITY;
        capacity = capacity < limit ? capacity : limit;
        /* For the zero, and one byte more, so that the first read finds the end. */
        char *larger = realloc(*bytes, capacity + 2);
        if (larger == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "cannot read %s: no memory for it", path);
        }
        *bytes = larger;
        TRY(os_file_get(stream, path, larger + *size, capacity + 1 - *size, &got, error));
        *size += got;
        larger[*size] = '\0';
        capacity = capacity < limit / 2 ? 2 * capacity : limit;
    }
    return WEFT_OK;
}

/* Reads the file. If ${kind} is not NULL, fails after its first bytes if it is of another kind. */
static enum weft_status read_file(const char *path, size_t limit, const enum file_kind *kind,
                                  char **bytes, size_t *size, struct weft_error *error) {
    FILE *stream;
    enum weft_status status;
    *bytes = NULL;
    *size = 0;
    TRY(os_file_open(path, &stream, error));
    if (kind != NULL) {
        TRY_OR(done, os_file_append(stream, path, FILE_KIND_BYTES, bytes, size, error));
        TRY_OR(done, file_kind_check(path, *bytes, *size, *kind, false, error));
    }
    TRY_OR(done, os_file_append(stream, path, limit, bytes, size, error));
    if (*size > limit) {
        status =
            error_set(error, WEFT_BAD_FILE, "cannot read %s: more than %zu bytes", path, limit);
    }
done:
    fclose(stream);
    if (status != WEFT_OK) {
        free(*bytes);
        *bytes = NULL;
        *size = 0;
    }
    return status;
}

enum weft_status os_file_read(const char *path, size_t limit, char **bytes, size_t *size,
                              struct weft_error *error) {
    return read_file(path, limit, NULL, bytes, size, error);
}

enum weft_status os_file_write(const char *path, const void *bytes, size_t size,
                               struct weft_error *error) {
    struct os_file file = {0};
    TRY(os_file_create(&file, path, error));
    fwrite(bytes, 1, size, file.stream);
    return os_file_commit(&file, error);
}

enum weft_status os_text_write(const char *path, const struct text *text,
                               struct weft_error *error) {
    return text->failed ? error_set(error, WEFT_NO_MEMORY, "%s: no memory for its text", path)
                        : os_file_write(path, text->bytes, text->length, error);
}

enum weft_status os_file_start(const char *path, char start[FILE_KIND_BYTES], size_t *size,
                               struct weft_error *error) {
    struct stat about;
    FILE *stream;
    enum weft_status status;
    *size = 0;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) {
        return error_set(error, WEFT_BAD_FILE, "%s: not a regular file", path);
    }
    TRY(os_file_open(path, &stream, error));
    status = os_file_get(stream, path, start, FILE_KIND_BYTES, size, error);
    fclose(stream);
    return status;
}

enum weft_status os_text_read(const char *path, size_t limit, enum file_kind expected, char **text,
                              size_t *size, struct weft_error *error) {
    TRY(read_file(path, limit, &expected, text, size, error));
    if (*size >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
        *size -= 3;
        memmove(*text, *text + 3, *size + 1);
    }
    return WEFT_OK;
}

const char *os_name_of(const char *path) {
    size_t length = strlen(path);
    while (length > 0 && !os_is_separator(path[length - 1])) {
        length--;
    }
    return path + length;
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
    enum weft_status status = os_fail(error, "cannot write", path, number);
    if (number == ENOENT && strlen(path) < sizeof folder) {
        os_folder_of(path, folder);
        if (!os_is_folder(folder)) {
            return error_hint(error, "there is no folder %s: make it first", folder);
        }
    }
    return status;
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

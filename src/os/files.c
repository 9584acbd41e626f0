/* files.c: files that are complete or not there (POSIX).
 *
 * A file is written under a temporary name in the same folder, flushed to the disk, and then
 * renamed to its path. A program that opens the path finds the complete old file or the complete
 * new one, even after a power failure. */
#define _XOPEN_SOURCE 700 /* realpath, and all of POSIX 2008 */
#include "os/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/try.h"

bool os_is_separator(char c) {
    return c == '/';
}

/* Stores ${path} in file->path, or the target if it is a symbolic link, so that the link stays. */
static enum weft_status set_path(struct os_file *file, const char *path, struct weft_error *error) {
    struct stat status;
    bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    char *target = is_link ? realpath(path, NULL) : NULL; /* NULL also for a dangling link */
    const char *chosen = target != NULL ? target : path;
    size_t length = strlen(chosen);
    bool fits = length > 0 && length < sizeof file->path;
    if (fits) {
        memcpy(file->path, chosen, length + 1);
    }
    free(target);
    return fits ? WEFT_OK
                : os_fail(error, "cannot write", path, length > 0 ? ENAMETOOLONG : ENOENT);
}

/* Opens a device or a pipe, or duplicates stdout if it is the same file ("--csv /dev/stdout"):
 * without a temporary file, since a rename would replace /dev/null by a file. */
static int open_in_place(struct os_file *file, bool is_stdout) {
    file->part[0] = '\0';
    return is_stdout ? dup(STDOUT_FILENO) : open(file->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

/* Creates the temporary file with the permissions ${mode}. Returns -1 and sets errno on failure. */
static int open_part(struct os_file *file, mode_t mode) {
    static atomic_uint numbers;
    int descriptor;
    do {
        snprintf(file->part, sizeof file->part, "%s.%ld-%u.part", file->path, (long)getpid(),
                 atomic_fetch_add(&numbers, 1));
        descriptor = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        /* EEXIST: a killed process with the same number left its file. */
    } while (descriptor < 0 && errno == EEXIST);
    return descriptor;
}

/* Opens the file to write to. Returns -1 and sets errno on failure. */
static int open_for_writing(struct os_file *file) {
    struct stat old, out;
    mode_t mode = 0666;
    if (stat(file->path, &old) == 0) {
        bool is_stdout =
            fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == old.st_dev && out.st_ino == old.st_ino;
        if (S_ISDIR(old.st_mode)) {
            errno = EISDIR;
            return -1;
        }
        if (!S_ISREG(old.st_mode) || is_stdout) {
            return open_in_place(file, is_stdout);
        }
        if (access(file->path, W_OK) != 0) {
            return -1; /* a rename would succeed, but the file is write-protected on purpose */
        }
        mode = old.st_mode & 0777;
    }
    return open_part(file, mode);
}

enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error) {
    int descriptor;
    memset(file, 0, sizeof *file);
    TRY(set_path(file, path, error));
    descriptor = open_for_writing(file);
    if (descriptor < 0) {
        int number = errno;
        memset(file->part, 0, sizeof file->part);
        return os_fail_writing(error, path, number);
    }
    file->stream = fdopen(descriptor, "wb");
    if (file->stream == NULL) {
        os_fail(error, "cannot write", path, errno);
        close(descriptor);
        os_file_abandon(file);
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

/* Flushes the stream and waits for the disk. Returns 0 or an errno value. */
static int flush_to_disk(struct os_file *file) {
    int descriptor = fileno(file->stream);
    if (ferror(file->stream)) {
        return EIO; /* an earlier write failed, and its errno is gone */
    }
    if (fflush(file->stream) != 0) {
        return errno;
    }
    /* Pipes and devices cannot be synchronised, and need not be. */
    return file->part[0] != '\0' && fsync(descriptor) != 0 && errno != EINVAL ? errno : 0;
}

/* Makes a rename in the folder of ${path} durable. A failure is no error: some file systems cannot
 * do it, and the file is complete in any case. */
static void sync_folder(const char *path) {
    char folder[sizeof((struct os_file *)NULL)->path];
    int descriptor;
    os_folder_of(path, folder);
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
}

enum weft_status os_file_commit(struct os_file *file, struct weft_error *error) {
    int number = flush_to_disk(file);
    int closed = fclose(file->stream);
    file->stream = NULL;
    if (number == 0 && closed != 0) {
        number = errno;
    }
    if (number == 0 && file->part[0] != '\0') {
        if (rename(file->part, file->path) == 0) {
            file->part[0] = '\0';
            sync_folder(file->path);
        } else {
            number = errno;
        }
    }
    if (number != 0) {
        os_fail(error, "cannot write", file->path, number);
        os_file_abandon(file);
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

enum weft_status os_make_temporary(char path[1024], struct weft_error *error) {
    const char *parent = getenv("TMPDIR");
    int length =
        snprintf(path, 1024, "%s/weft-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (length < 0 || length >= 1024) {
        return weft_fail(error, WEFT_BAD_FILE, "temporary folder: the path of TMPDIR is too long");
    }
    if (mkdtemp(path) == NULL) {
        weft_fail(error, WEFT_BAD_FILE, "%s: cannot be made: %s", path, strerror(errno));
        path[0] = '\0';
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

bool os_cache_folder(char path[4096]) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (cache != NULL && cache[0] == '/') {
        length = snprintf(path, 4096, "%s/weft", cache);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(path, 4096, "%s/.cache/weft", home);
    }
    return length > 0 && length < 4096;
}

/* files.c: files that are whole or not there, and folders (POSIX).
 *
 * A file is written under another name in the same folder, brought to the disk, and then renamed over its path: who
 * opens the path sees the old file or the new one, never half of one, also after a power cut. */
#define _XOPEN_SOURCE 700 /* realpath, and all of POSIX 2008 */
#include "os/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool os_is_separator(char c) {
    return c == '/';
}

/* Copies ${path} into file->path; of a symbolic link the target, because the link is to stay. */
static enum weft_status set_path(struct os_file *file, const char *path, struct weft_error *error) {
    struct stat status;
    bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    char *target = is_link ? realpath(path, NULL) : NULL; /* NULL also where it points nowhere */
    const char *chosen = target != NULL ? target : path;
    size_t length = strlen(chosen);
    bool fits = length > 0 && length < sizeof file->path;
    if (fits) {
        memcpy(file->path, chosen, length + 1);
    }
    free(target);
    return fits ? WEFT_OK
                : os_fail(error, "can not write", path, length > 0 ? ENAMETOOLONG : ENOENT);
}

/* Opens a device, a pipe, or what stdout is already ("--csv /dev/stdout"): there is nothing to rename, and a rename would
 * put a file in the place of /dev/null. */
static int open_straight(struct os_file *file, bool is_stdout) {
    file->beside[0] = '\0';
    return is_stdout ? dup(STDOUT_FILENO) : open(file->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

/* Creates a new file beside file->path, with the permissions ${mode}; returns -1 and errno on failure. */
static int open_beside(struct os_file *file, mode_t mode) {
    static atomic_uint numbers;
    int descriptor;
    do {
        snprintf(file->beside, sizeof file->beside, "%s.%ld-%u.part", file->path, (long)getpid(),
                 atomic_fetch_add(&numbers, 1));
        descriptor = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    } while (descriptor < 0 &&
             errno == EEXIST); /* left by a process of this number that was killed */
    return descriptor;
}

/* Opens the file to write into; returns -1 and errno on failure. */
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
            return open_straight(file, is_stdout);
        }
        if (access(file->path, W_OK) != 0) {
            return -1; /* a rename would go through, but a file that is write-protected is so on purpose */
        }
        mode = old.st_mode & 0777;
    }
    return open_beside(file, mode);
}

enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error) {
    int descriptor;
    memset(file, 0, sizeof *file);
    if (set_path(file, path, error) != WEFT_OK) {
        return WEFT_BAD_FILE;
    }
    descriptor = open_for_writing(file);
    if (descriptor < 0) {
        int number = errno;
        memset(file->beside, 0, sizeof file->beside);
        return os_fail_writing(error, path, number);
    }
    file->stream = fdopen(descriptor, "wb");
    if (file->stream == NULL) {
        os_fail(error, "can not write", path, errno);
        close(descriptor);
        os_file_abandon(file);
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

/* Writes out what the stream still holds and waits for the disk; returns 0 or an errno value. */
static int flush_to_disk(struct os_file *file) {
    int descriptor = fileno(file->stream);
    if (ferror(file->stream)) {
        return EIO; /* an earlier write failed, and its errno is gone */
    }
    if (fflush(file->stream) != 0) {
        return errno;
    }
    /* Pipes and devices can not be synchronised, and need not. */
    return file->beside[0] != '\0' && fsync(descriptor) != 0 && errno != EINVAL ? errno : 0;
}

/* Makes a rename in the folder of ${path} last. The file is whole in any case, and some file systems can not do it: no error. */
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
    if (number == 0 && file->beside[0] != '\0') {
        if (rename(file->beside, file->path) == 0) {
            file->beside[0] = '\0';
            sync_folder(file->path);
        } else {
            number = errno;
        }
    }
    if (number != 0) {
        os_fail(error, "can not write", file->path, number);
        os_file_abandon(file);
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

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
#include "os/hold.h"

enum { ATTEMPTS = 1000 }; /* to find a name for a temporary file */

bool os_is_separator(char c) {
    return c == '/';
}

/* Fails if a link of another user leads to the folder of ${path} or, if ${follow}, to the file.
 * Nothing is followed in a folder that this process has locked, and no such link led to it then. */
static enum weft_status check_links(const char *path, bool *follow, struct weft_error *error) {
    char folder[OS_PATH] = ".";
    if (strlen(path) < sizeof folder) {
        os_folder_of(path, folder);
    }
    if (os_holds_folder(folder)) {
        *follow = false;
        return WEFT_OK;
    }
    return os_check_links("cannot write", *follow ? path : folder, error);
}

/* Stores ${path} in file->path, or the target if it is a symbolic link that is followed. */
static enum weft_status set_path(struct os_file *file, const char *path, bool follow,
                                 struct weft_error *error) {
    struct stat status;
    bool is_link = follow && lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
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

/* ---- opening ---- */

/* How the file of a path is written. */
enum way { REPLACE, IN_PLACE, TO_STDOUT };

/* Chooses the way. Stores what is at the path in ${old}; st_mode is 0 if nothing is there. Returns
 * 0 or an errno value. */
static int choose_way(const struct os_file *file, bool follow, enum way *way, struct stat *old) {
    struct stat out;
    *way = REPLACE;
    if ((follow ? stat(file->path, old) : lstat(file->path, old)) != 0) {
        old->st_mode = 0;
        return errno == ENOENT ? 0 : errno; /* the file is new, or its folder is missing */
    }
    if (S_ISDIR(old->st_mode)) {
        return EISDIR;
    }
    if (follow && fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == old->st_dev &&
        out.st_ino == old->st_ino) {
        *way = TO_STDOUT;
    } else if (follow && !S_ISREG(old->st_mode)) {
        *way = IN_PLACE; /* a rename would replace /dev/null by a file */
    } else if (S_ISREG(old->st_mode)) {
        /* A rename would succeed, but the file is write-protected on purpose. */
        return access(file->path, W_OK) == 0 ? 0 : errno;
    }
    return 0;
}

/* Gives the new file ${descriptor} the permissions of the file ${old} that it will replace, but to
 * nobody more than that had. The umask has changed them unless the old file is this user's. If the
 * new file cannot have the old one's group, its own group gets what all others have. */
static void keep_permissions(int descriptor, const struct stat *old) {
    struct stat new;
    mode_t mode = old->st_mode & 0777;
    if (fstat(descriptor, &new) != 0) {
        return;
    }
    if (old->st_uid != geteuid()) {
        mode &= new.st_mode;
    }
    if (new.st_gid != old->st_gid && fchown(descriptor, (uid_t)-1, old->st_gid) != 0) {
        mode &= ~(mode_t)S_IRWXG | (mode & S_IRWXO) << 3;
    }
    (void)fchmod(descriptor, mode); /* a file system without permissions refuses it */
}

/* Creates the temporary file with the permissions ${mode}, and locks it: as long as it is open, no
 * other process takes it for a file that was left. Its name is short, so that a path whose name is
 * as long as the system allows can be written. Returns -1 and sets errno on failure. */
static int open_part(struct os_file *file, mode_t mode) {
    static atomic_uint numbers;
    char folder[OS_PATH];
    int descriptor, number = 0;
    os_folder_of(file->path, folder);
    os_remove_parts(folder);
    for (int i = 0; i < ATTEMPTS; i++) {
        snprintf(file->part, sizeof file->part, "%s/" OS_PART "%ld-%u" OS_PART_END, folder,
                 (long)getpid(), atomic_fetch_add(&numbers, 1));
        descriptor = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (descriptor < 0 && errno != EEXIST) {
            return -1;
        }
        number = descriptor >= 0 ? os_hold_file(descriptor, file->part) : EEXIST;
        if (number != EEXIST && number != EWOULDBLOCK && number != ESTALE) {
            return descriptor; /* without a lock, if the file system has none */
        }
        if (descriptor >= 0) {
            close(descriptor); /* another process has just removed it */
        }
    }
    errno = EEXIST;
    return -1;
}

/* Opens the pipe or the device ${old} of the path. While it waits for a reader, somebody else may
 * put a link to a file in its place, which must not be written. Returns -1 and sets errno on
 * failure. */
static int open_in_place(const struct os_file *file, const struct stat *old) {
    struct stat opened;
    int descriptor = os_open_in_place(file->path);
    if (descriptor >= 0 && (fstat(descriptor, &opened) != 0 || opened.st_dev != old->st_dev ||
                            opened.st_ino != old->st_ino)) {
        close(descriptor);
        errno = ESTALE;
        return -1;
    }
    return descriptor;
}

/* Opens the file to write to. Returns 0 or an errno value. */
static int open_for_writing(struct os_file *file, bool follow) {
    enum way way;
    struct stat old;
    mode_t mode = 0666;
    int number = choose_way(file, follow, &way, &old);
    bool replaces = number == 0 && way == REPLACE && S_ISREG(old.st_mode);
    if (number != 0) {
        return number;
    }
    if (replaces) { /* this user's own gets the other bits with its group */
        mode = old.st_mode & (old.st_uid == geteuid() ? S_IRWXU : 0777);
    }
    file->out.in_place = way != REPLACE;
    file->out.descriptor = way == REPLACE    ? open_part(file, mode)
                           : way == IN_PLACE ? open_in_place(file, &old)
                                             : dup(STDOUT_FILENO);
    if (file->out.descriptor < 0) {
        return errno;
    }
    if (replaces) {
        keep_permissions(file->out.descriptor, &old);
    }
    return 0;
}

static enum weft_status create(struct os_file *file, const char *path, bool follow,
                               struct weft_error *error) {
    int number;
    memset(file, 0, sizeof *file);
    TRY(check_links(path, &follow, error));
    TRY(set_path(file, path, follow, error));
    number = open_for_writing(file, follow);
    if (number != 0) {
        file->part[0] = '\0';
        return os_fail_writing(error, path, number);
    }
    file->stream = os_open_stream(&file->out);
    if (file->stream == NULL) {
        number = errno;
        close(file->out.descriptor);
        os_file_abandon(file);
        return os_fail_writing(error, path, number);
    }
    return WEFT_OK;
}

enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error) {
    return create(file, path, true, error);
}

enum weft_status os_file_replace(struct os_file *file, const char *path, struct weft_error *error) {
    return create(file, path, false, error);
}

enum weft_status os_file_check(const char *path, struct weft_error *error) {
    struct os_file file = {0};
    enum way way;
    struct stat old;
    bool follow = true;
    TRY(check_links(path, &follow, error));
    TRY(set_path(&file, path, follow, error));
    if (choose_way(&file, follow, &way, &old) == 0 && way != REPLACE) { /* not opened twice */
        return WEFT_OK;
    }
    TRY(os_file_create(&file, path, error));
    os_file_abandon(&file);
    return WEFT_OK;
}

enum weft_status os_file_check_replace(const char *path, struct weft_error *error) {
    struct os_file file = {0};
    enum way way;
    struct stat old;
    int number;
    TRY(set_path(&file, path, false, error));
    number = choose_way(&file, false, &way, &old);
    return number == 0 ? WEFT_OK : os_fail_writing(error, path, number);
}

/* ---- the end ---- */

/* Flushes the stream and waits for the disk. Returns 0 or an errno value. */
static int flush_to_disk(struct os_file *file) {
    int flushed = fflush(file->stream) != 0 ? errno : 0;
    if (file->out.number != 0 || flushed != 0 || ferror(file->stream)) {
        return file->out.number != 0 ? file->out.number : flushed != 0 ? flushed : EIO;
    }
    if (file->out.in_place) {
        return 0; /* pipes and devices cannot be synchronised, and need not be */
    }
    while (fsync(file->out.descriptor) != 0) {
        if (errno != EINTR) {
            return errno == EINVAL ? 0 : errno; /* a file system that cannot do it */
        }
    }
    return 0;
}

void os_sync_folder_of(const char *path) {
    char folder[OS_PATH];
    int descriptor;
    os_folder_of(path, folder);
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
}

/* The file is renamed before it is closed, because its lock ends then. */
enum weft_status os_file_commit(struct os_file *file, struct weft_error *error) {
    int number = flush_to_disk(file);
    if (number == 0 && file->part[0] != '\0') {
        if (rename(file->part, file->path) == 0) {
            file->part[0] = '\0';
            os_sync_folder_of(file->path);
        } else {
            number = errno;
        }
    }
    if (number == 0) {
        number = fclose(file->stream) != 0 ? errno : 0;
        file->stream = NULL;
    }
    if (number != 0) {
        os_file_abandon(file);
        return os_fail_writing(error, file->path, number);
    }
    return WEFT_OK;
}

enum weft_status os_make_temporary(char path[1024], struct weft_error *error) {
    const char *parent = getenv("TMPDIR");
    int length =
        snprintf(path, 1024, "%s/weft-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (length < 0 || length >= 1024) {
        return error_set(error, WEFT_BAD_FILE, "temporary folder: the path of TMPDIR is too long");
    }
    if (mkdtemp(path) == NULL) {
        error_set(error, WEFT_BAD_FILE, "%s: cannot be made: %s", path, strerror(errno));
        path[0] = '\0';
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

/* Returns whether ${path} opens the file of ${descriptor}. */
static bool opens(const char *path, int descriptor) {
    struct stat own, found;
    int again = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool same = again >= 0 && fstat(descriptor, &own) == 0 && fstat(again, &found) == 0 &&
                own.st_dev == found.st_dev && own.st_ino == found.st_ino;
    if (again >= 0) {
        close(again);
    }
    return same;
}

bool os_hide_file(FILE *stream, const char *path, char other[32]) {
    int descriptor = fileno(stream);
    snprintf(other, 32, "/dev/fd/%d", descriptor);
    return opens(other, descriptor) && unlink(path) == 0 && opens(other, descriptor);
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

/* lock.c: locks of folders (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/try.h"
#include "os/files.h"
#include "os/hold.h"

/* Attempts to take a lock whose file other processes make and remove at the same time, and the time
 * between two of them. */
enum { ATTEMPTS = 200, NAP_MS = 5 };

/* Makes and locks the file. Returns 0 or an errno value: EEXIST if there is one, ESTALE if another
 * process took it for one that was left. */
static int make(struct os_lock *lock) {
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    char text[400];
    int number, descriptor = open(lock->path, flags, 0644);
    if (descriptor < 0) {
        return errno;
    }
    (void)fchmod(descriptor, 0644); /* others read who holds it, whatever this user's umask is */
    number = os_hold_file(descriptor, lock->path);
    if (number == EWOULDBLOCK || number == ESTALE) {
        close(descriptor);
        return ESTALE;
    }
    os_lock_describe(text);
    if (number == 0 && write(descriptor, text, strlen(text)) < 0) {
        number = errno; /* a full disk: the training would fail, too */
    }
    if (number != 0) {
        unlink(lock->path);
        close(descriptor);
        return number;
    }
    lock->file = descriptor;
    return 0;
}

/* Tries once to take the lock. Returns 0 or an errno value: ESTALE if it is worth another try. */
static int attempt(struct os_lock *lock) {
    int number = make(lock);
    if (number == EEXIST) {
        number = os_remove_left(lock->path);
        return number == 0 || number == ENOENT ? ESTALE : number;
    }
    return number;
}

/* A process that has just made the file writes it in a moment. */
static enum weft_status fail_in_use(const struct os_lock *lock, const char *folder,
                                    struct weft_error *error) {
    char text[400];
    ssize_t size = 0;
    for (int i = 0; i < 20 && size <= 0; i++) {
        const struct timespec nap = {0, NAP_MS * 1000000L};
        int descriptor = open(lock->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        size = descriptor >= 0 ? read(descriptor, text, sizeof text) : 0;
        if (descriptor >= 0) {
            close(descriptor);
        }
        if (size <= 0) {
            nanosleep(&nap, NULL);
        }
    }
    return os_lock_in_use(error, folder, text, size > 0 ? (size_t)size : 0);
}

/* Returns whether the lock failed with ${number} because its file is another user's, and cannot be
 * opened or, on NFS, locked. Then it is not known whether that user's process holds it. */
static bool is_unknown(const struct os_lock *lock, int number) {
    struct stat status;
    return (number == EBADF || (number == EACCES && access(lock->path, R_OK) != 0)) &&
           lstat(lock->path, &status) == 0 && status.st_uid != geteuid();
}

static enum weft_status fail(struct os_lock *lock, const char *folder, int number,
                             struct weft_error *error) {
    enum weft_status status;
    if (number == EWOULDBLOCK) {
        status = fail_in_use(lock, folder, error);
    } else if (is_unknown(lock, number)) {
        status = error_set(error, WEFT_BAD_FILE,
                           "cannot lock %s: %s in it belongs to another user, who may be training "
                           "there",
                           folder, OS_LOCK_NAME);
        error_hint(error, "choose another folder, or remove %s if nobody trains there", lock->path);
    } else if (number == ELOOP || number == EINVAL || number == EISDIR || number == ENXIO) {
        status = error_set(error, WEFT_BAD_FILE, "cannot lock %s: %s in it is not a file", folder,
                           OS_LOCK_NAME);
        error_hint(error, "remove %s", lock->path);
    } else {
        status = os_fail(error, "cannot write into the folder", folder,
                         number == EBADF ? EACCES : number);
    }
    *lock = (struct os_lock){0};
    return status;
}

enum weft_status os_lock_take(struct os_lock *lock, const char *folder, struct weft_error *error) {
    const struct timespec nap = {0, NAP_MS * 1000000L};
    int number = ESTALE;
    *lock = (struct os_lock){0};
    TRY(os_check_links("cannot write into the folder", folder, error));
    if (snprintf(lock->path, sizeof lock->path, "%s/%s", folder, OS_LOCK_NAME) >=
        (int)sizeof lock->path) {
        return fail(lock, folder, ENAMETOOLONG, error);
    }
    for (int i = 0; i < ATTEMPTS && number == ESTALE; i++) {
        number = attempt(lock);
        if (number == ESTALE) {
            nanosleep(&nap, NULL);
        }
    }
    if (number == ENOLCK || number == ENOSYS || number == EOPNOTSUPP) {
        *lock = (struct os_lock){.unsupported = true};
        number = 0;
    }
    if (number != 0) {
        return fail(lock, folder, number == ESTALE ? EWOULDBLOCK : number, error);
    }
    os_hold_folder(folder);
    os_remove_parts(folder);
    return WEFT_OK;
}

enum weft_status os_lock_check(struct os_lock *lock, const char *folder, struct weft_error *error) {
    struct os_lock again;
    if (lock->path[0] == '\0' || os_hold_file((int)lock->file, lock->path) != ESTALE) {
        return WEFT_OK;
    }
    if (!os_holds_folder(folder)) {
        error_set(error, WEFT_BAD_FILE, "%s: the folder was moved or removed meanwhile", folder);
        return error_hint(error, "if it has another name now, continue there");
    }
    TRY(os_lock_take(&again, folder, error));
    close((int)lock->file);
    *lock = again;
    return WEFT_OK;
}

bool os_lock_release(struct os_lock *lock) {
    bool there = true;
    if (lock->path[0] != '\0') {
        /* Before the lock ends: after it, the file may be another process's, and so it may in
         * another folder of the same name. */
        there = os_hold_file((int)lock->file, lock->path) == 0;
        if (there) {
            unlink(lock->path);
        }
        close((int)lock->file);
        os_hold_folder(NULL);
    } else if (lock->unsupported) {
        os_hold_folder(NULL);
    }
    *lock = (struct os_lock){0};
    return there;
}

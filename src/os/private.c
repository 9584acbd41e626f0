/* private.c: a folder that no other user can change, and its files (POSIX). */
#define _XOPEN_SOURCE 700
#include "os/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"

enum { WRITABLE = S_IWGRP | S_IWOTH }; /* for others than its owner */

static enum os_trust check_owner(const char *path, const struct stat *status, char why[OS_WHY]) {
    if (status->st_uid == geteuid()) {
        return OS_TRUSTED;
    }
    printable_print(why, OS_WHY, "%.400s belongs to another user (number %lu, not %lu)", path,
                    (unsigned long)status->st_uid, (unsigned long)geteuid());
    return OS_DISTRUSTED;
}

static enum os_trust check_all(const char *path, const struct stat *status, char why[OS_WHY]) {
    if (check_owner(path, status, why) != OS_TRUSTED) {
        return OS_DISTRUSTED;
    }
    if ((status->st_mode & WRITABLE) != 0) {
        printable_print(why, OS_WHY, "others can write to %.200s (to mend that: chmod go-w %.200s)",
                        path, path);
        return OS_DISTRUSTED;
    }
    return OS_TRUSTED;
}

/* Creates the folder ${part} unless it exists. ${parent} has the status of the folder around it and
 * gets that of ${part}. In a folder of another user none is created: it would be in the way of that
 * user later. */
static enum os_trust make_one(const char *part, struct stat *parent, char why[OS_WHY]) {
    uid_t owner = parent->st_uid;
    if (stat(part, parent) == 0) {
        return OS_TRUSTED;
    }
    if (owner != geteuid() && owner != 0) {
        printable_print(why, OS_WHY,
                        "the folder of %.400s belongs to another user (number %lu, not %lu)", part,
                        (unsigned long)owner, (unsigned long)geteuid());
        return OS_DISTRUSTED;
    }
    if ((mkdir(part, S_IRWXU) == 0 || errno == EEXIST) && stat(part, parent) == 0) {
        return OS_TRUSTED;
    }
    printable_print(why, OS_WHY, "%.400s: cannot be made: %s", part, strerror(errno));
    return OS_ABSENT;
}

/* Creates ${path}, which begins with a slash, and its missing parents. */
static enum os_trust make_folder(const char *path, char why[OS_WHY]) {
    char part[OS_PATH];
    struct stat parent = {0}; /* the root belongs to the superuser */
    size_t length = strlen(path);
    enum os_trust trust = path[0] == '/' && length < sizeof part ? OS_TRUSTED : OS_ABSENT;
    for (size_t end = 1; end <= length && trust == OS_TRUSTED; end++) {
        if ((path[end] == '/' || path[end] == '\0') && path[end - 1] != '/') {
            memcpy(part, path, end);
            part[end] = '\0';
            trust = make_one(part, &parent, why);
        }
    }
    return trust;
}

/* Opens the folder ${path}, and stores its ${status}. A link is followed if this user or the
 * superuser has made it. */
static enum os_trust open_folder(struct os_private *folder, const char *path, struct stat *status,
                                 char why[OS_WHY]) {
    folder->descriptor = -1;
    if (strlen(path) >= sizeof folder->path) {
        return OS_ABSENT;
    }
    memcpy(folder->path, path, strlen(path) + 1);
    if (lstat(path, status) == 0 && S_ISLNK(status->st_mode) && status->st_uid != 0 &&
        check_owner(path, status, why) != OS_TRUSTED) {
        return OS_DISTRUSTED;
    }
    folder->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->descriptor >= 0 && fstat(folder->descriptor, status) == 0) {
        return OS_TRUSTED;
    }
    if (errno != ENOENT) {
        printable_print(why, OS_WHY, "%.400s: %s", path, strerror(errno));
    }
    os_private_close(folder);
    /* Another user may have closed the folder to this one. */
    return stat(path, status) == 0 && check_owner(path, status, why) != OS_TRUSTED ? OS_DISTRUSTED
                                                                                   : OS_ABSENT;
}

/* Opens the folder and does ${check}. */
static enum os_trust open_checked(struct os_private *folder, const char *path,
                                  enum os_trust check(const char *path, const struct stat *status,
                                                      char why[OS_WHY]),
                                  char why[OS_WHY]) {
    struct stat status;
    enum os_trust trust = open_folder(folder, path, &status, why);
    if (trust == OS_TRUSTED && check(path, &status, why) != OS_TRUSTED) {
        os_private_close(folder);
        trust = OS_DISTRUSTED;
    }
    return trust;
}

enum os_trust os_private_open(struct os_private *folder, const char *path, bool create,
                              char why[OS_WHY]) {
    enum os_trust trust = OS_TRUSTED;
    why[0] = '\0';
    if (create) {
        trust = make_folder(path, why);
    }
    return trust == OS_TRUSTED ? open_checked(folder, path, check_all, why) : trust;
}

enum os_trust os_private_open_own(struct os_private *folder, const char *path, char why[OS_WHY]) {
    why[0] = '\0';
    return open_checked(folder, path, check_owner, why);
}

void os_private_close(struct os_private *folder) {
    if (folder->descriptor >= 0) {
        close(folder->descriptor);
    }
    folder->descriptor = -1;
}

/* Reads ${size} bytes. */
static bool read_bytes(int descriptor, char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = read(descriptor, bytes + done, size - done);
        if (count <= 0 && !(count < 0 && errno == EINTR)) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Reads the file ${descriptor}. */
static enum os_trust read_file(int descriptor, const char *name, size_t limit, char **bytes,
                               size_t *size, char why[OS_WHY]) {
    struct stat status;
    enum os_trust trust;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        printable_print(why, OS_WHY, "%.100s is not a regular file", name);
        return OS_DISTRUSTED;
    }
    trust = check_all(name, &status, why);
    if (trust != OS_TRUSTED || (uintmax_t)status.st_size > limit) {
        return trust != OS_TRUSTED ? trust : OS_ABSENT;
    }
    *size = (size_t)status.st_size;
    *bytes = malloc(*size + 1);
    if (*bytes == NULL || !read_bytes(descriptor, *bytes, *size)) {
        free(*bytes);
        *bytes = NULL;
        return OS_ABSENT;
    }
    return OS_TRUSTED;
}

enum os_trust os_private_read(const struct os_private *folder, const char *name, size_t limit,
                              char **bytes, size_t *size, char why[OS_WHY]) {
    /* A pipe would block without O_NONBLOCK. */
    int descriptor =
        openat(folder->descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    enum os_trust trust;
    *bytes = NULL;
    why[0] = '\0';
    if (descriptor >= 0) {
        trust = read_file(descriptor, name, limit, bytes, size, why);
        close(descriptor);
        return trust;
    }
    if (errno != ENOENT) {
        printable_print(why, OS_WHY, "%.100s: %s", name,
                        errno == ELOOP ? "a symbolic link" : strerror(errno));
    }
    return errno == ELOOP ? OS_DISTRUSTED : OS_ABSENT;
}

static bool write_bytes(int descriptor, const char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = write(descriptor, bytes + done, size - done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

bool os_private_write(const struct os_private *folder, const char *name, const void *head,
                      size_t head_size, const void *bytes, size_t size) {
    static atomic_uint numbers;
    char part[OS_PATH];
    int descriptor, length;
    bool written;
    do {
        length = snprintf(part, sizeof part, "%s.%ld-%u" OS_PRIVATE_PART, name, (long)getpid(),
                          atomic_fetch_add(&numbers, 1));
        descriptor = length < 0 || length >= OS_PATH
                         ? -1
                         : openat(folder->descriptor, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                  S_IRUSR | S_IWUSR);
        /* EEXIST: a killed process with the same number left its file. */
    } while (descriptor < 0 && errno == EEXIST);
    if (descriptor < 0) {
        return false;
    }
    written = write_bytes(descriptor, head, head_size) && write_bytes(descriptor, bytes, size);
    written = close(descriptor) == 0 && written;
    written = written && renameat(folder->descriptor, part, folder->descriptor, name) == 0;
    if (!written) {
        unlinkat(folder->descriptor, part, 0);
    }
    return written;
}

void os_private_remove(const struct os_private *folder, const char *name) {
    unlinkat(folder->descriptor, name, 0);
}

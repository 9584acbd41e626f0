/* hold.c: locks of files, which end with the process, and the folder that is locked (POSIX). */
#define _GNU_SOURCE /* flock, and all of POSIX 2008 */
#include "os/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct stat held;
static bool holds;

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int os_hold_file(int descriptor, const char *path) {
    struct stat mine, there;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
    if (fstat(descriptor, &mine) != 0) {
        return errno;
    }
    return lstat(path, &there) == 0 && is_same(&mine, &there) ? 0 : ESTALE;
}

/* NFS locks a file for writing only if it is open for writing, and a file of another user is
 * perhaps only open for reading. No link is followed, and a pipe does not block. */
static int open_left(const char *path) {
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int descriptor = open(path, O_RDWR | flags);
    return descriptor < 0 && (errno == EACCES || errno == EROFS) ? open(path, O_RDONLY | flags)
                                                                 : descriptor;
}

int os_remove_left(const char *path) {
    struct stat status;
    int number, descriptor = open_left(path);
    if (descriptor < 0) {
        return errno;
    }
    number = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)
                 ? os_hold_file(descriptor, path)
                 : EINVAL;
    if (number == 0 && unlink(path) != 0) {
        number = errno;
    }
    close(descriptor);
    return number;
}

void os_hold_folder(const char *folder) {
    holds = folder != NULL && stat(folder, &held) == 0;
}

bool os_holds_folder(const char *folder) {
    struct stat status;
    return holds && stat(folder, &status) == 0 && is_same(&status, &held);
}

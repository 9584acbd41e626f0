/* lock.h: a folder that one process at a time writes.
 *
 * The lock is one of the operating system, on the file LOCK_NAME in the folder: a process that is
 * killed holds it no longer. The file says who holds the lock, and is removed with the lock. A file
 * that a killed process left blocks nobody. */
#ifndef WEFT_OS_LOCK_H
#define WEFT_OS_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define OS_LOCK_NAME "weft.lock"

/* All zero: no lock. */
struct os_lock {
    char path[4096];  /* of the file; empty: no lock */
    intptr_t file;    /* the descriptor or the handle */
    bool unsupported; /* the file system has no locks: the folder is not protected */
};

/* Locks ${folder} for this process, which holds one lock at most, and removes the temporary files
 * that killed processes left in it. Until os_lock_release, os_file_create replaces what is at the
 * path of a file in this folder, and follows no link. Fails with WEFT_USAGE, "in use by process N
 * on HOST since TIME", if another process holds the lock, and with WEFT_BAD_FILE if the folder
 * cannot be written, or is found by a link of another user. */
enum weft_status os_lock_take(struct os_lock *lock, const char *folder, struct weft_error *error);

/* Fails with WEFT_BAD_FILE if ${folder} is no longer the folder that was locked: it was moved or
 * removed, and another may have its name. A file of the lock that was removed is made again; fails
 * with WEFT_USAGE if another process has locked the folder meanwhile. */
enum weft_status os_lock_check(struct os_lock *lock, const char *folder, struct weft_error *error);

/* Ends the lock; harmless without one. Returns false if the file of the lock is no longer at its
 * path: the folder there may be another one. */
bool os_lock_release(struct os_lock *lock);

/* Stores "process N on HOST since TIME" of this process. */
void os_lock_describe(char text[400]);

/* Fails with WEFT_USAGE for ${folder}, whose lock another process holds. The lock's file has
 * ${text}, ${size} bytes, which may be anything. */
enum weft_status os_lock_in_use(struct weft_error *error, const char *folder, const char *text,
                                size_t size);

#endif

/* private.h: a folder that no other user can change, and its files.
 *
 * What is executed comes from such a folder only. On POSIX systems the folder and each file that is
 * read must belong to this user (the effective one) and must not be writable for the group or for
 * others; files are opened relative to the folder that was checked, and links are not followed. On
 * Windows the rights of the user's profile do this. */
#ifndef WEFT_OS_PRIVATE_H
#define WEFT_OS_PRIVATE_H

#include "os/files.h"

#define OS_PRIVATE_PART ".part" /* the end of the names of unfinished files */

enum { OS_WHY = 512 }; /* bytes of a reason, including the closing zero */

/* What a folder or file is. */
enum os_trust {
    OS_TRUSTED,   /* it is open, or read */
    OS_ABSENT,    /* it does not exist, or cannot be made or read */
    OS_DISTRUSTED /* others may have changed it */
};

struct os_private {
    int descriptor; /* POSIX: of the folder */
    char path[OS_PATH];
};

/* Opens the folder ${path}. With ${create}, creates it and its missing parents for this user only.
 * Unless it is OS_TRUSTED, ${why} says what is wrong with it; it is empty for a folder that does
 * not exist. Close a folder that is OS_TRUSTED with os_private_close. */
enum os_trust os_private_open(struct os_private *folder, const char *path, bool create,
                              char why[OS_WHY]);
void os_private_close(struct os_private *folder);

/* As os_private_open, only to remove files: others may be able to write to the folder. */
enum os_trust os_private_open_own(struct os_private *folder, const char *path, char why[OS_WHY]);

/* Reads the file ${name}, of at most ${limit} bytes, into memory that the caller frees. ${why} as
 * for os_private_open. */
enum os_trust os_private_read(const struct os_private *folder, const char *name, size_t limit,
                              char **bytes, size_t *size, char why[OS_WHY]);

/* Writes the file ${name}, as ${head} and then ${bytes}: others see the complete file or none.
 * Returns whether it was written. */
bool os_private_write(const struct os_private *folder, const char *name, const void *head,
                      size_t head_size, const void *bytes, size_t size);

void os_private_remove(const struct os_private *folder, const char *name);

/* Removes the oldest files whose names end with ${ending} until at most ${max_files} files with at
 * most ${max_bytes} bytes in total are left, and what killed writers left an hour ago; with
 * ${max_files} 0, all of it. Returns the number of files removed. */
size_t os_private_trim(const struct os_private *folder, const char *ending, size_t max_files,
                       uint64_t max_bytes);

#endif

/* same_file.h: whether two paths lead to one file. */
#ifndef WEFT_OS_SAME_FILE_H
#define WEFT_OS_SAME_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* What is at a path, whatever links lead to it. */
struct os_identity {
    uint64_t device, number; /* of the file on the device */
    bool in_place;           /* a device or a pipe: what is written there replaces nothing */
};

/* identity.c: stores what is at ${path}. Returns false if there is nothing, or if that cannot be
 * found out. */
bool os_identify(const char *path, struct os_identity *identity);

/* Returns whether both are of one file or folder. False for devices and pipes. */
bool os_identical(const struct os_identity *a, const struct os_identity *b);

/* Returns whether ${a} and ${b} lead to one file or folder, or would if they were made: where
 * nothing is yet, the names decide, and the folders that they would be in. */
bool os_same_file(const char *a, const char *b);

#endif

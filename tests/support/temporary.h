/* temporary.h: a new folder for the files that a test program writes. Include it first.
 *
 * tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove) creates the folder before
 * the first test and removes it after the last, even if a test failed. */
#ifndef TEMPORARY_H
#define TEMPORARY_H

#include "system.h"

#include "check_weft.h"
#include "os/files.h"

/* Of many similar files, a test writes every file here, and every ninth one where an emulator runs
 * it (the tests tagged "elsewhere"), which takes long for each. */
#if defined _WIN32 || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define TEMPORARY_STRIDE 9 /* visits each bit of a byte */
#else
#define TEMPORARY_STRIDE 1
#endif

static char temporary_folder[1024];

static inline void temporary_make(void) {
    struct weft_error error = {0};
    if (os_make_temporary(temporary_folder, &error) != WEFT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
}

static inline void temporary_remove(void) {
    remove_tree(temporary_folder);
}

/* Returns the path of ${name} in the folder. The text is valid until the eighth call from now. */
static inline const char *temporary_path(const char *name) {
    static char paths[8][sizeof temporary_folder + 512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", temporary_folder, name);
    return path;
}

/* Writes ${size} ${bytes} to ${path} as a new file: on some file systems, truncating an existing
 * file is much slower. */
static inline void temporary_write(const char *path, const void *bytes, size_t size) {
    remove(path);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s cannot be written", path);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

#endif

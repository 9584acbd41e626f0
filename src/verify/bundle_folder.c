/* bundle_folder.c: whether a folder may get a bundle, and an earlier bundle in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "os/files.h"
#include "os/lock.h"
#include "verify/bundle.h"

/* Returns whether ${name} is "${begin}N${end}" with a number N. */
static bool is_numbered(const char *name, const char *begin, const char *end) {
    size_t length = strlen(begin), digits;
    if (strncmp(name, begin, length) != 0) {
        return false;
    }
    digits = strspn(name + length, "0123456789");
    return digits > 0 && strcmp(name + length + digits, end) == 0;
}

/* Returns whether ${name} is that of a file of a bundle. README asks to make replay. */
static bool is_of_bundle(const char *name) {
    static const char *const names[] = {
        VERIFY_BUNDLE_README, VERIFY_BUNDLE_NETWORK, "replay.c", "program.cl",
        "build.log",          "expected.bin",        "got.bin",  "replay",
        "replay.exe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return is_numbered(name, "buffer-", ".bin");
}

/* Returns whether ${name} is what a process that was killed while it wrote may have left. */
static bool is_left(const char *name) {
    return strcmp(name, OS_LOCK_NAME) == 0 || os_is_part(name);
}

/* Returns whether README of ${folder} is that of a bundle. */
static bool has_readme(const char *folder) {
    char path[OS_PATH], begin[sizeof VERIFY_BUNDLE_TITLE - 1];
    struct weft_error ignored = {0};
    FILE *stream = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/" VERIFY_BUNDLE_README, folder);
    if (os_file_open(path, &stream, &ignored) != WEFT_OK) {
        return false;
    }
    if (os_file_get(stream, path, begin, sizeof begin, &size, &ignored) != WEFT_OK) {
        size = 0;
    }
    fclose(stream);
    return size == sizeof begin && memcmp(begin, VERIFY_BUNDLE_TITLE, size) == 0;
}

static enum weft_status fail(const char *folder, const char *name, const char *what,
                             struct weft_error *error) {
    error_set(error, WEFT_USAGE, "bundle: the folder %s has %s, which is %s", folder, name, what);
    return error_hint(error, "name a folder that does not exist, is empty, or has only an earlier "
                             "bundle, which is replaced");
}

/* Fails with WEFT_USAGE unless the ${count} files ${names} in ${folder} are none, or a bundle. */
static enum weft_status check_names(const char *folder, char **names, size_t count,
                                    struct weft_error *error) {
    const char *first = NULL; /* of a bundle */
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (!is_left(names[i]) && (!is_of_bundle(names[i]) || os_is_folder(path))) {
            return fail(folder, names[i], "not of a bundle", error);
        }
        first = first == NULL && is_of_bundle(names[i]) ? names[i] : first;
    }
    return first == NULL || has_readme(folder)
               ? WEFT_OK
               : fail(folder, first, "not of a bundle: its README is not", error);
}

enum weft_status verify_bundle_check(const char *folder, struct weft_error *error) {
    char **names = NULL;
    size_t count = 0;
    enum weft_status status;
    if (os_folder_check(folder, error) != WEFT_OK) {
        return error_context(error, "bundle");
    }
    if (!os_is_folder(folder)) {
        return WEFT_OK;
    }
    TRY(os_folder_list(folder, &names, &count, error));
    status = check_names(folder, names, count, error);
    free(names);
    return status;
}

enum weft_status verify_bundle_clear(const char *folder, struct weft_error *error) {
    char **names = NULL, path[OS_PATH];
    size_t count = 0;
    TRY(os_folder_list(folder, &names, &count, error));
    for (size_t i = 0; i < count; i++) {
        if (is_of_bundle(names[i]) && strcmp(names[i], VERIFY_BUNDLE_README) != 0) {
            snprintf(path, sizeof path, "%s/%s", folder, names[i]);
            remove(path); /* one that stays is written again, or reported then */
        }
    }
    free(names);
    return WEFT_OK;
}

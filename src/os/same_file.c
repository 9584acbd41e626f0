/* same_file.c: whether two paths lead to one file. */
#include "os/same_file.h"

#include <string.h>

#include "os/files.h"

bool os_identical(const struct os_identity *a, const struct os_identity *b) {
    return !a->in_place && !b->in_place && a->device == b->device && a->number == b->number;
}

static bool equal_names(const char *a, const char *b) {
#ifdef _WIN32
    return os_equal_names(a, b);
#else
    return strcmp(a, b) == 0;
#endif
}

static bool is_end(const char *path) {
    return strcmp(path, ".") == 0 || (os_is_separator(path[0]) && path[1] == '\0');
}

/* Stores ${path} in ${clean} without separators and "." that mean nothing, and without "NAME/.."
 * where there is no such folder: what is missing is no link. */
static void clean_path(const char *path, char clean[OS_PATH]) {
    size_t length = 0, root;
    while (os_is_separator(*path)) {
        clean[length++] = *path++;
    }
    root = length;
    for (size_t size; *path != '\0'; path += size) {
        for (size = 0; path[size] != '\0' && !os_is_separator(path[size]);) {
            size++;
        }
        clean[length] = '\0';
        if (size == 2 && memcmp(path, "..", 2) == 0 && length > root && !os_exists(clean)) {
            length = (size_t)(os_name_of(clean) - clean);
            length -= length > root; /* the separator */
        } else if (size > 1 || (size == 1 && *path != '.')) {
            if (length > root) {
                clean[length++] = '/';
            }
            memcpy(clean + length, path, size);
            length += size;
        }
        size += os_is_separator(path[size]);
    }
    clean[length] = '\0';
    if (length == 0) {
        strcpy(clean, ".");
    }
}

bool os_same_file(const char *a, const char *b) {
    char paths[2][OS_PATH];
    struct os_identity there[2];
    if (strlen(a) >= OS_PATH || strlen(b) >= OS_PATH) {
        return false; /* no file can have such a path */
    }
    clean_path(a, paths[0]);
    clean_path(b, paths[1]);
    for (;;) {
        const bool exists = os_identify(paths[0], &there[0]);
        if (exists != os_identify(paths[1], &there[1])) {
            return false;
        }
        if (exists) {
            return os_identical(&there[0], &there[1]);
        }
        if (is_end(paths[0]) || is_end(paths[1]) ||
            !equal_names(os_name_of(paths[0]), os_name_of(paths[1]))) {
            return false;
        }
        os_folder_of(paths[0], paths[0]);
        os_folder_of(paths[1], paths[1]);
    }
}

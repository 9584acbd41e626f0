/* links.c: symbolic links of other users, which no output follows (POSIX).
 *
 * Who may write to a folder can put a link in the place of a file or of a folder in it. What is
 * written through that link replaces files that perhaps only this user can replace. */
#define _POSIX_C_SOURCE 200809L
#include "os/files.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS = 40 }; /* Linux follows no more in one path */

/* A path on which links are followed one by one. */
struct walk {
    char done[OS_PATH]; /* its beginning, without links */
    char rest[OS_PATH];
    int links; /* that were followed */
};

/* Returns whether the link ${path} may be followed. The owner of the root folder is root, also if a
 * container shows another number for root. The links of /proc are the kernel's. */
static bool is_trusted(const char *path, const struct stat *link) {
    struct stat root;
    return link->st_uid == geteuid() || link->st_uid == 0 || strncmp(path, "/proc/", 6) == 0 ||
           (stat("/", &root) == 0 && root.st_uid == link->st_uid);
}

/* Appends the first name of the rest to ${walk->done}, where ".." removes one. Returns 0 or
 * ENAMETOOLONG. */
static int enter(struct walk *walk) {
    char *name = walk->rest + strspn(walk->rest, "/");
    size_t size = strcspn(name, "/"), length = strlen(walk->done);
    const char *last = os_name_of(walk->done);
    int number = 0;
    if (size == 2 && memcmp(name, "..", 2) == 0 && length > 0 && strcmp(last, "..") != 0 &&
        strcmp(last, ".") != 0) {
        os_folder_of(walk->done, walk->done);
    } else if (size > 0 && !(size == 1 && name[0] == '.')) {
        const char *slash = length == 0 || *last == '\0' ? "" : "/";
        if (length + size + 1 >= sizeof walk->done) {
            number = ENAMETOOLONG;
        } else {
            snprintf(walk->done + length, sizeof walk->done - length, "%s%.*s", slash, (int)size,
                     name);
        }
    }
    memmove(walk->rest, name + size, strlen(name + size) + 1);
    return number;
}

/* Begins the walk of ${walk->rest}, which follows ${walk->done}. */
static void begin(struct walk *walk) {
    if (os_is_separator(walk->rest[0])) {
        strcpy(walk->done, "/");
    }
}

/* Replaces the link ${walk->done} by its target. Returns 0 or an errno value. */
static int follow(struct walk *walk) {
    char target[OS_PATH];
    size_t left = strlen(walk->rest);
    ssize_t size = readlink(walk->done, target, sizeof target);
    if (size < 0 || (size_t)size + left >= sizeof target) {
        return size < 0 ? errno : ENAMETOOLONG;
    }
    memmove(walk->rest + size, walk->rest, left + 1); /* it is empty, or begins with a slash */
    memcpy(walk->rest, target, (size_t)size);
    os_folder_of(walk->done, walk->done);
    begin(walk);
    return ++walk->links > LINKS ? ELOOP : 0;
}

enum weft_status os_check_links(const char *what, const char *path, struct weft_error *error) {
    struct walk walk = {.done = ""};
    struct stat status;
    int number = strlen(path) < sizeof walk.rest ? 0 : ENAMETOOLONG;
    if (number == 0) {
        strcpy(walk.rest, path);
        begin(&walk);
    }
    while (number == 0 && walk.rest[0] != '\0') {
        number = enter(&walk);
        if (number != 0 || walk.done[0] == '\0') {
            continue;
        }
        if (lstat(walk.done, &status) != 0) {
            return WEFT_OK; /* the path cannot be followed any further, whatever the reason */
        }
        if (S_ISLNK(status.st_mode) && !is_trusted(walk.done, &status)) {
            error_set(error, WEFT_BAD_FILE, "%s %s: %s is a link of another user", what, path,
                      walk.done);
            return error_hint(error, "give the path that the link leads to, or remove the link");
        }
        number = S_ISLNK(status.st_mode) ? follow(&walk) : 0;
    }
    return number == 0 ? WEFT_OK : os_fail(error, what, path, number);
}

/* system.h: what tests ask of the system beyond ISO C, on POSIX systems and on Windows. Include it first.
 *
 * setenv, unsetenv; getpid, chdir, access, dirent.h; remove_tree. */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifndef _WIN32
#define _XOPEN_SOURCE 700
#endif

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef _WIN32

static inline int setenv(const char *name, const char *value, int replace) {
    return replace != 0 || getenv(name) == NULL ? _putenv_s(name, value) : 0;
}

static inline int unsetenv(const char *name) {
    return _putenv_s(name, "");
}

#endif

/* Removes ${path}: a folder and all that is in it, or anything else; what a link names stays. */
static inline void remove_tree(const char *path) {
    DIR *folder;
    if (remove(path) == 0 || (folder = opendir(path)) == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        size_t room = strlen(path) + strlen(name) + 2;
        char *inside = malloc(room);
        if (inside != NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            snprintf(inside, room, "%s/%s", path, name);
            remove_tree(inside);
        }
        free(inside);
    }
    closedir(folder);
    rmdir(path);
}

#endif

/* system.h: functions beyond ISO C for tests, on POSIX systems and on Windows: setenv, unsetenv,
 * getpid, chdir, access, dirent.h, remove_tree. Include it first. */
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

/* Removes the file or folder ${path} and everything in the folder. Does not follow symbolic
 * links. */
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

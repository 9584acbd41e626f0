/* system.h: what tests ask of the system beyond ISO C, on POSIX systems and on Windows. Include it first.
 *
 * setenv, unsetenv; getpid, chdir, access, dirent.h; make_folder_of_own and remove_tree. */
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

/* Makes a folder for this process and stores its path, which holds no backslash. False if it can not. Numbers of processes come again. */
static inline bool make_folder_of_own(char *path, size_t room) {
    const char *parent = getenv("TEMP");
    int made = -1;
    for (int i = 0; i < 1000 && made != 0; i++) {
        snprintf(path, room, "%s/weft-test-%d-%d", parent != NULL ? parent : ".", (int)getpid(), i);
        made = mkdir(path);
    }
    for (char *c = path; *c != '\0'; c++) {
        *c = *c == '\\' ? '/' : *c;
    }
    return made == 0;
}

#else

/* Makes a folder for this process and stores its path. False if it can not. */
static inline bool make_folder_of_own(char *path, size_t room) {
    const char *parent = getenv("TMPDIR");
    snprintf(path, room, "%s/weft-test-XXXXXX",
             parent != NULL && parent[0] != '\0' ? parent : "/tmp");
    return mkdtemp(path) != NULL;
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

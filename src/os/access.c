/* access.c: what this user may use (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/access.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the outermost missing folder of ${path} and removes it again. Permissions do not say
 * whether that works: /proc and full disks refuse it to root, too. */
static bool can_make(const char *path) {
    char part[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return false;
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) == 0) {
            rmdir(part);
            return true;
        }
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

bool os_folder_writable(const char *path) {
    struct stat found;
    if (stat(path, &found) == 0) {
        return S_ISDIR(found.st_mode) && access(path, W_OK | X_OK) == 0;
    }
    return errno == ENOENT && can_make(path);
}

/* Returns whether ${path} exists and this user may not open it. */
static bool denied(const char *path, char group[64]) {
    struct stat found;
    const struct group *entry;
    if (stat(path, &found) != 0 || access(path, R_OK | W_OK) == 0) {
        return false;
    }
    entry = getgrgid(found.st_gid);
    snprintf(group, 64, "%s", entry != NULL ? entry->gr_name : "");
    return true;
}

bool os_gpu_denied(char path[64], char group[64]) {
    static const char *const nodes[] = {"/dev/kfd", "/dev/nvidiactl", "/dev/nvidia0"};
    for (int i = 128; i < 144; i++) {
        snprintf(path, 64, "/dev/dri/renderD%d", i);
        if (denied(path, group)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        snprintf(path, 64, "%s", nodes[i]);
        if (denied(path, group)) {
            return true;
        }
    }
    return false;
}

/* folders.c: what is in a folder (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <dirent.h>
#include <string.h>

bool weft_os_is_empty_folder(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    bool empty = folder != NULL;
    while (empty && (entry = readdir(folder)) != NULL) {
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return empty;
}

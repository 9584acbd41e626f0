/* folders.h: folders that are created, listed and kept small. */
#ifndef WEFT_OS_FOLDERS_H
#define WEFT_OS_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

enum { OS_NAME = 512 }; /* bytes of a file's name, including the closing zero */

/* Creates the folder ${path} and its missing parents. ${path} may exist. Fails with WEFT_BAD_FILE.
 */
enum weft_status os_make_folder(const char *path, struct weft_error *error);

/* Returns whether ${path} is a readable folder without entries. */
bool os_is_empty_folder(const char *path);

/* Creates an empty folder with a unique name in TMPDIR (default: /tmp; on Windows TEMP), and stores
 * its path. Fails with WEFT_BAD_FILE. */
enum weft_status os_make_temporary(char path[1024], struct weft_error *error);

/* Removes the folder ${path} and the files in it, but no folders in it. Harmless when there is no
 * such folder. */
void os_remove_temporary(const char *path);

/* Stores the user's folder for files that weft can make again: $XDG_CACHE_HOME/weft, else
 * $HOME/.cache/weft; on Windows %LOCALAPPDATA%/weft. Returns false when no variable is set. */
bool os_cache_folder(char path[4096]);

/* Finds the oldest file of ${folder} whose name ends with ${ending}. Stores the number of such
 * files in ${count} and the sum of their sizes in ${bytes}. Returns false if there are none. */
bool os_oldest_file(const char *folder, const char *ending, char name[OS_NAME], size_t *count,
                    uint64_t *bytes);

/* Removes the oldest files of ${folder} whose names end with ${ending} until at most ${max_files}
 * files with at most ${max_bytes} bytes in total are left. Returns the number of removed files. */
size_t os_trim_folder(const char *folder, const char *ending, size_t max_files, uint64_t max_bytes);

#endif

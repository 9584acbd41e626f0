/* files.h: files that are read completely, files that are complete or not there, and folders.
 *
 * An output file is written under a temporary name in the same folder and then renamed to its
 * path. */
#ifndef WEFT_OS_FILES_H
#define WEFT_OS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/error.h"

enum { OS_PATH = 4096 }; /* bytes of a path, including the closing zero */

struct os_file {
    FILE *stream;            /* write to it */
    char path[OS_PATH];      /* the final path */
    char part[OS_PATH + 64]; /* the temporary path until then; empty for a device or a pipe */
};

/* Opens a temporary file in the folder of ${path}. Fails with WEFT_BAD_FILE. */
enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error);

/* Flushes the file to the disk, closes it and renames it to its path. On failure no file is left.
 */
enum weft_status os_file_commit(struct os_file *file, struct weft_error *error);

/* Closes and removes the temporary file. Harmless after os_file_commit, and on a file that is all
 * zero. */
void os_file_abandon(struct os_file *file);

/* Opens ${path} to read bytes. Returns NULL and sets ${error} to WEFT_BAD_FILE on failure. */
FILE *os_file_open(const char *path, struct weft_error *error);

/* Reads the file ${path} into memory that the caller frees, with a zero after the last byte. Fails
 * with WEFT_BAD_FILE, also for a folder and for a file of more than ${limit} bytes. */
enum weft_status os_file_read(const char *path, size_t limit, char **bytes, size_t *size,
                              struct weft_error *error);

/* Fails with WEFT_BAD_FILE, "${what} ${path}: " and the text of the errno value ${number}, and adds
 * a hint for some errors. */
enum weft_status os_fail(struct weft_error *error, const char *what, const char *path, int number);

/* Fails as os_fail does, for a file that cannot be written. A hint names a missing folder. */
enum weft_status os_fail_writing(struct weft_error *error, const char *path, int number);

bool os_exists(const char *path);
bool os_is_folder(const char *path);

/* Returns whether ${c} separates the names of a path. */
bool os_is_separator(char c);

/* Stores the folder of ${path} in ${folder}, which has room for ${path}, and for 2 bytes at least.
 */
void os_folder_of(const char *path, char *folder);

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

/* Removes the oldest files of ${folder} whose names end with ${ending} until at most ${max_files}
 * files with at most ${max_bytes} bytes in total are left. Returns the number of removed files. */
size_t os_trim_folder(const char *folder, const char *ending, size_t max_files, uint64_t max_bytes);

#endif

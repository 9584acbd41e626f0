/* files.h: files that are read completely, files that are complete or not there, and folders.
 *
 * An output file is written under a temporary name, OS_PART, in the same folder and then renamed to
 * its path. What is at the path decides what becomes of it:
 * - a regular file is replaced, and the new file has its permissions and, where the system allows,
 *   its group; a write-protected file is an error;
 * - a symbolic link stays, and its target is replaced; a link of another user, also one to a folder
 *   of the path, is an error (os_check_links);
 * - a device, a pipe, and the file that is stdout are written in place.
 * In a folder that this process has locked (os/lock.h), which is a run folder, only weft makes
 * files: whatever is at the path is replaced, a link included, and nothing is written in place. */
#ifndef WEFT_OS_FILES_H
#define WEFT_OS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/file_kind.h"
#include "base/text.h"
#include "os/stream.h"

enum { OS_PATH = 4096 }; /* bytes of a path, including the closing zero */

/* The names of temporary files: OS_PART, the number of the process, "-", a number, OS_PART_END. */
#define OS_PART     "weft-"
#define OS_PART_END ".part"

/* Not to be moved while it is open. */
struct os_file {
    FILE *stream;            /* write to it */
    char path[OS_PATH];      /* the final path */
    char part[OS_PATH + 64]; /* the temporary path until then; empty for a device or a pipe */
    struct os_stream out;
};

/* Opens a temporary file in the folder of ${path}. Removes those that killed processes left there.
 * Fails with WEFT_BAD_FILE, and with WEFT_INTERRUPTED if a signal arrives while a pipe has no
 * reader. */
enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error);

/* The same, but replaces whatever is at ${path}, also a link or a pipe, as in a locked folder. (The
 * library has no lock: it knows a run folder's files only by what they are.) */
enum weft_status os_file_replace(struct os_file *file, const char *path, struct weft_error *error);

/* Flushes the file to the disk, closes it and renames it to its path. Fails with WEFT_BAD_FILE and
 * the reason of the first write that failed, and with WEFT_INTERRUPTED if a signal arrived while
 * the reader of a pipe was slow. On failure no file is left. */
enum weft_status os_file_commit(struct os_file *file, struct weft_error *error);

/* Closes and removes the temporary file. Harmless after os_file_commit, and on a file that is all
 * zero. */
void os_file_abandon(struct os_file *file);

/* Opens ${path} to read bytes: a file, a pipe or a device, but no folder. The caller closes
 * ${stream} with fclose. Fails with WEFT_BAD_FILE, and with WEFT_INTERRUPTED if a signal that
 * os_catch_interrupts catches arrives while a pipe waits for its writer. */
enum weft_status os_file_open(const char *path, FILE **stream, struct weft_error *error);

/* Reads up to ${size} bytes of ${stream}, which has the file ${path}, and stores their number in
 * ${got}: less than ${size} only at the end of the file. Fails with WEFT_BAD_FILE, and with
 * WEFT_INTERRUPTED if a caught signal arrives while it waits for bytes, or while it reads a large
 * file. */
enum weft_status os_file_get(FILE *stream, const char *path, void *bytes, size_t size, size_t *got,
                             struct weft_error *error);

/* Appends the rest of ${stream}, which has the file ${path}, to the ${size} ${bytes}, which malloc
 * has allocated, or NULL, with a zero after the last byte. Stops after ${limit} bytes in all and
 * one more, which shows that the file is longer. Memory grows with the content. Fails as
 * os_file_get does, and with WEFT_NO_MEMORY without memory; the caller frees ${bytes} in any
 * case. */
enum weft_status os_file_append(FILE *stream, const char *path, size_t limit, char **bytes,
                                size_t *size, struct weft_error *error);

/* Reads the file ${path} into memory that the caller frees, with a zero after the last byte. Memory
 * grows with the content. Fails as os_file_open and os_file_get do, and with WEFT_BAD_FILE for a
 * file of more than ${limit} bytes. */
enum weft_status os_file_read(const char *path, size_t limit, char **bytes, size_t *size,
                              struct weft_error *error);

/* Reads the first bytes of the file ${path}, up to FILE_KIND_BYTES, and stores their number in
 * ${size}. Fails as os_file_open does, and with WEFT_BAD_FILE for a folder, a pipe or a device,
 * whose bytes would be gone. */
enum weft_status os_file_start(const char *path, char start[FILE_KIND_BYTES], size_t *size,
                               struct weft_error *error);

/* Reads a text file as os_file_read does, checks its kind (base/file_kind.h), and omits a byte
 * order mark of UTF-8. */
enum weft_status os_text_read(const char *path, size_t limit, enum file_kind expected, char **text,
                              size_t *size, struct weft_error *error);

/* Writes ${size} ${bytes} to the file ${path}. Fails as os_file_create and os_file_commit do. */
enum weft_status os_file_write(const char *path, const void *bytes, size_t size,
                               struct weft_error *error);

/* The same for ${text}. Fails with WEFT_NO_MEMORY if the text is not complete. */
enum weft_status os_text_write(const char *path, const struct text *text, struct weft_error *error);

/* Fails with WEFT_BAD_FILE, "${what} ${path}: " and the text of the errno value ${number}, and adds
 * a hint for some errors. EINTR is WEFT_INTERRUPTED. */
enum weft_status os_fail(struct weft_error *error, const char *what, const char *path, int number);

/* Fails as os_fail does, for a file that cannot be written. A hint names a missing folder. */
enum weft_status os_fail_writing(struct weft_error *error, const char *path, int number);

/* Fails as os_file_create would for ${path}, before long work whose result it gets. Leaves nothing,
 * and does not open a pipe or a device. */
enum weft_status os_file_check(const char *path, struct weft_error *error);

/* Fails as os_file_replace would for what is at ${path}: a write-protected file, or a folder. */
enum weft_status os_file_check_replace(const char *path, struct weft_error *error);

/* Fails if no file can be written into the folder ${path}, or into the folder in which it would be
 * made, before long work. Leaves nothing. */
enum weft_status os_folder_check(const char *path, struct weft_error *error);

/* Fails with WEFT_BAD_FILE, "${what} ${path}: LINK is a link of another user", if a part of
 * ${path}, or of what its links lead to, is a symbolic link that neither this user (the effective
 * one) nor root has made. What is missing is no failure. Windows: never fails. */
enum weft_status os_check_links(const char *what, const char *path, struct weft_error *error);

/* Returns whether ${name} is that of a temporary file. */
bool os_is_part(const char *name);

/* Removes the temporary files in ${folder} whose processes have ended. */
void os_remove_parts(const char *folder);

bool os_exists(const char *path);

/* Returns whether nothing is at ${path}. False if that cannot be found out: a folder may not be
 * entered, its symbolic links are a loop, a name is too long. Then reading reports the reason. */
bool os_is_missing(const char *path);

/* The same for the entry itself: a symbolic link that leads nowhere is not absent. What would be in
 * a file, as if it were a folder, is. */
bool os_is_absent(const char *path);

/* Returns whether it cannot be found out what is at ${path}, or whether anything is. */
bool os_is_closed(const char *path);

/* Returns whether ${path} is known to be a folder. */
bool os_is_folder(const char *path);

/* Fails with WEFT_BAD_FILE and the reason unless ${path} is a folder. */
enum weft_status os_check_folder(const char *path, struct weft_error *error);

/* Returns whether ${c} separates the names of a path. */
bool os_is_separator(char c);

/* Stores the folder of ${path} in ${folder}, which has room for ${path}, and for 2 bytes at least.
 */
void os_folder_of(const char *path, char *folder);

/* Returns the name at the end of ${path}, after its last separator. */
const char *os_name_of(const char *path);

/* Returns whether two names are equal but for the case of ASCII letters. */
bool os_equal_names(const char *a, const char *b);

/* Stores in ${path} the entry of ${folder} that os_equal_names takes for ${name}: the first in the
 * order of bytes if there are several. Folders do not count. Returns false if there is
 * none. */
bool os_find_file(const char *folder, const char *name, char path[4096]);

/* Stores the names of all entries of ${folder} in ${names}, which the caller frees, in the order of
 * their bytes, with NULL after the last, and their number in ${count}. Names that begin with a dot
 * are omitted. Fails with WEFT_BAD_FILE if it cannot be read, and with WEFT_NO_MEMORY. */
enum weft_status os_folder_list(const char *folder, char ***names, size_t *count,
                                struct weft_error *error);

/* Creates the folder ${path} and its missing parents. ${path} may exist. Fails with WEFT_BAD_FILE,
 * also because of a link of another user; then it leaves no folder that it has created. */
enum weft_status os_make_folder(const char *path, struct weft_error *error);

/* Returns how many bytes at the beginning of ${path} are a path that exists. */
size_t os_existing_part(const char *path);

/* Removes ${path} and the folders in which it is, if they are empty, but none that is in the first
 * ${existing} bytes: what os_make_folder made after os_existing_part. */
void os_remove_made(const char *path, size_t existing);

/* Creates the folder ${path}. Returns 0, or an errno value: EEXIST if there is anything. */
int os_new_folder(const char *path);

/* Returns 0 if the folder ${path} has no entries other than ${ignored}, ENOTEMPTY if it has some,
 * and another errno value if it cannot be read. */
int os_check_empty(const char *path, const char *ignored);

/* Makes what was created or renamed in the folder of ${path} durable. A failure is no error: some
 * file systems cannot do it. */
void os_sync_folder_of(const char *path);

/* Creates an empty folder with a unique name in TMPDIR (default: /tmp; on Windows TEMP), and stores
 * its path. Fails with WEFT_BAD_FILE. */
enum weft_status os_make_temporary(char path[1024], struct weft_error *error);

/* Removes the name ${path} of the file that ${stream} has open, so that it does not outlive the
 * processes that use it, and stores in ${other} a path by which child processes of this one open
 * it. Returns false where the system has no such path. The file then is as it was, unless nothing
 * is at ${path}: in that case only ${stream} has it. */
bool os_hide_file(FILE *stream, const char *path, char other[32]);

/* Removes the folder ${path} and the files in it, but no folders in it. Harmless when there is no
 * such folder. */
void os_remove_temporary(const char *path);

/* Stores the user's folder for files that weft can make again: $XDG_CACHE_HOME/weft, else
 * $HOME/.cache/weft; on Windows %LOCALAPPDATA%/weft. A relative XDG_CACHE_HOME is ignored. Returns
 * false when no variable is set. */
bool os_cache_folder(char path[4096]);

#endif

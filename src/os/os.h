/* os.h: what ISO C does not offer. One file each, so that another system is a file away. */
#ifndef WEFT_OS_H
#define WEFT_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/error.h"

/* threads.c: a pool of threads that share out numbered pieces of work. */
struct os_pool;

/* Returns the processors that this process may use, at least 1. */
unsigned os_processors(void);

/* Makes a pool of ${threads} (the caller's counts as one). Returns NULL if it can not be made. */
struct os_pool *os_pool_create(unsigned threads);
void os_pool_destroy(struct os_pool *pool);

/* Calls ${work}(context, i) once for each i in 0 .. count - 1, on any thread, and returns when all are done. */
void os_pool_run(struct os_pool *pool, size_t count, void (*work)(void *context, size_t i),
                 void *context);

/* vectors.c: the highest level of vector instructions here: 0 (as compiled), 3 (x86-64-v3), 4 (x86-64-v4). */
int os_vector_level(void);

/* clock.c: seconds of a clock that only goes forward. */
double os_seconds(void);

/* terminal.c */
bool os_is_terminal(FILE *stream);
bool os_can_redraw(
    FILE *stream); /* a terminal whose last line can be written again: TERM is not dumb */
int os_terminal_columns(FILE *stream); /* 80 where unknown */

/* shared.c: COLUMNS wins, as for other programs: shells do not export it, so who sets it means it. 0: no wish. */
int os_wished_columns(void);

/* files.c: files that are whole or not there: written beside ${path}, then renamed over it. */
struct os_file {
    FILE *stream;      /* write to it */
    char path[4096];   /* what it becomes */
    char beside[4160]; /* what it is until then */
};

/* Opens a file beside ${path}. Fails with WEFT_BAD_FILE. */
enum weft_status os_file_create(struct os_file *file, const char *path, struct weft_error *error);

/* Flushes to the disk, closes, and renames it to its path. On failure nothing is left. */
enum weft_status os_file_commit(struct os_file *file, struct weft_error *error);

/* Closes and removes it. Harmless after os_file_commit, and on all zero. */
void os_file_abandon(struct os_file *file);

/* read.c: fails with "${what} ${path}: ", the text of the errno value ${number}, and a hint where one helps. */
enum weft_status os_fail(struct weft_error *error, const char *what, const char *path, int number);

/* files.c: whether ${c} stands between the names of a path. */
bool os_is_separator(char c);

/* shared.c: stores the folder of ${path} in ${folder}, which is as long as ${path} at least, and 2 bytes at least. */
void os_folder_of(const char *path, char *folder);

/* Fails as os_fail does for what can not be written; where its folder is not there, a hint says so. */
enum weft_status os_fail_writing(struct weft_error *error, const char *path, int number);

/* read.c: opens ${path} to read its bytes. Returns NULL, and fails with WEFT_BAD_FILE, where that can not be. */
FILE *os_file_open(const char *path, struct weft_error *error);

/* Reads the whole file ${path} into memory that the caller frees, with a zero behind it; at most ${limit} bytes. Fails with
 * WEFT_BAD_FILE, also for a folder, and says why. */
enum weft_status os_file_read(const char *path, size_t limit, char **bytes, size_t *size,
                              struct weft_error *error);

bool os_is_folder(const char *path);
bool os_exists(const char *path);

/* files.c: makes the folder ${path}, and those above it. It may exist. Fails with WEFT_BAD_FILE. */
enum weft_status os_make_folder(const char *path, struct weft_error *error);

/* folders.c: whether ${path} is a folder that can be read and holds nothing. */
bool os_is_empty_folder(const char *path);

/* Makes an empty folder with a name of its own under TMPDIR (else /tmp; on Windows under TEMP), and stores its path. Fails with WEFT_BAD_FILE. */
enum weft_status os_make_temporary(char path[1024], struct weft_error *error);

/* Removes a folder and the files in it (not folders in it). Harmless where there is none. */
void os_remove_temporary(const char *path);

/* memory.c: the most memory that this process has had resident so far, in bytes; 0 where the system does not say. */
size_t os_peak_memory(void);

/* ${size} bytes at a multiple of 64, or NULL; to be freed with os_free_aligned. (C11's aligned_alloc, which Windows lacks.) */
void *os_aligned(size_t size);
void os_free_aligned(void *memory);

/* cache.c: the user's folder of what weft can make again: $XDG_CACHE_HOME/weft, else $HOME/.cache/weft, on Windows %LOCALAPPDATA%/weft.
 * Returns false where none is set. */
bool os_cache_folder(char path[4096]);

#define WEFT_OS_NAME 512 /* room for a file's name */

/* Finds the oldest file of ${folder} whose name ends with ${ending}; counts all of them and their bytes. Returns false if there is none. */
bool os_oldest_file(const char *folder, const char *ending, char name[WEFT_OS_NAME], size_t *count,
                    uint64_t *bytes);

/* trim.c: removes the oldest files of ${folder} whose names end with ${ending} until at most ${most_files} of ${most_bytes} in all are left.
 * Returns how many it removed. */
size_t os_trim_folder(const char *folder, const char *ending, size_t most_files,
                      uint64_t most_bytes);

/* streams.c: makes printing to a closed pipe, or to a stream that the program was started without, an error of that call
 * rather than the silent end of the program or text in another file. Call it first in main. */
void os_guard_streams(void);

/* opencl.c: call it before the first function of OpenCL: its library may be missing, and is looked for only then, on Windows. */
void os_prepare_opencl(void);

/* interrupt.c: after os_catch_interrupts, Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program; a second one, of
 * either, ends it. One that comes at once behind the first is the same one, sent to the process and to its group. */
void os_catch_interrupts(void);
bool os_interrupted(void);

/* Whether it was sent to this process, and not typed at a terminal, where the processes that this one started get it too. */
bool os_interrupted_alone(void);

/* crash.c: from now on ${text}, which stays the caller's, is written to stderr when this process crashes, which ends it as it would have
 * without, or when anybody calls exit, which ends it with ${code}. NULL: no longer; main may return then. */
void os_explain_end(const char *text, int code);

/* process.c: a run of this program as a child. */
struct os_child {
    int code;       /* its exit code */
    int signal;     /* that ended it, or 0 */
    bool timed_out; /* it was killed */
    bool crashed;   /* the signal came of its own doing */
};

/* Keeps argv[0], for systems that do not tell what runs. */
void os_remember_program(const char *name);

/* Returns it, for a command line that can be pasted; "weft" where there is none. */
const char *os_program_name(void);

/* Runs this program with ${arguments} (the first is its name, NULL ends them), its streams being ours, and waits for its end; kills it after
 * ${seconds}, or if it does not stop when this process is interrupted. */
enum weft_status os_run_self(char *const *arguments, double seconds, struct os_child *result,
                             struct weft_error *error);

/* Puts ${name} into the environment of children; out of it, with NULL for ${value}. */
void os_tell_children(const char *name, const char *value);

/* Whether the process that started this one has ended since the first call. */
bool os_is_orphan(void);

/* host.c: the machine's name, empty where there is none. */
void os_host_name(char name[256]);

#endif

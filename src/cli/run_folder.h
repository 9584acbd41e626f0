/* run_folder.h: the folder that a training writes. */
#ifndef WEFT_CLI_RUN_FOLDER_H
#define WEFT_CLI_RUN_FOLDER_H

#include <stdbool.h>

#include "cli/options.h"
#include "os/lock.h"

struct cli_run {
    char path[3072];
    size_t existing;     /* the bytes of the path that existed before this run */
    struct os_lock lock; /* no other training writes the folder meanwhile */
};

/* A file that weft writes into a run folder. */
struct cli_run_name {
    const char *name;
    bool at_end; /* written at the end of a training, not after each epoch */
    bool drawn;  /* made of the others: a picture, the report */
    bool lock;   /* made and removed by os/lock.h */
};

/* All of them. The last one has no name. */
extern const struct cli_run_name cli_run_names[];

/* Makes the folder ${out}, or the first of run-1, run-2 ... that does not exist when ${out} is
 * NULL, and locks it. Fails with WEFT_USAGE when another process has locked it, and when it is not
 * empty, unless ${force}. The caller calls cli_run_finish, after a failure too. */
enum weft_status cli_run_create(struct cli_run *run, const struct cli_options *options,
                                const char *out, bool force, struct weft_error *error);

/* Locks the folder ${path}, which exists. The rest as for cli_run_create. */
enum weft_status cli_run_open(struct cli_run *run, const struct cli_options *options,
                              const char *path, struct weft_error *error);

/* Fails if the folder is no longer the one that was locked, before files are written into it. */
enum weft_status cli_run_keep(struct cli_run *run, struct weft_error *error);

/* Removes the files that an earlier training left in it, so that all files in it belong to one run;
 * if ${results_only}, those that are written at the end of a run. Fails with WEFT_BAD_FILE, before
 * it removes any, if one of all files of a run cannot be replaced: it is write-protected, or a
 * folder. */
enum weft_status cli_run_clear(const struct cli_run *run, bool results_only,
                               struct weft_error *error);

/* Ends the lock. Removes the folder and its parents if this run made them and they are still empty.
 * Harmless for a run that is all zero. */
void cli_run_finish(struct cli_run *run);

/* Writes the path of the file ${name} in the run folder ${folder} into ${path}. Returns ${path}. */
char *cli_run_path(const char *folder, const char *name, char path[4096]);

#endif

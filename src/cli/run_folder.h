/* run_folder.h: the folder that a training writes. */
#ifndef WEFT_CLI_RUN_FOLDER_H
#define WEFT_CLI_RUN_FOLDER_H

#include <stdbool.h>

#include "weft/error.h"

struct cli_run {
    char path[3072];
    bool made; /* by this run: it did not exist before */
};

/* Makes the folder ${out}, or the first of run-1, run-2 ... that does not exist when ${out} is
 * NULL. Fails with WEFT_USAGE when it exists and is not empty, unless ${force}. */
enum weft_status cli_run_create(struct cli_run *run, const char *out, bool force,
                                struct weft_error *error);

/* Removes the files that an earlier training left in it, so that all files in it belong to one run;
 * if ${results_only}, those that are written at the end of a run. */
enum weft_status cli_run_clear(const struct cli_run *run, bool results_only,
                               struct weft_error *error);

/* Removes the folder if this run made it and it is still empty. */
void cli_run_discard(const struct cli_run *run);

/* Writes the path of the file ${name} in the run folder ${folder} into ${path}. Returns ${path}. */
char *cli_run_path(const char *folder, const char *name, char path[4096]);

#endif

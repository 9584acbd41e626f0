/* outputs.h: no output of a command replaces what the command reads, or another of its outputs.
 *
 * A command gives the files of its options to cli_outputs_check before it computes anything:
 *
 *     const struct cli_file files[] = {{CLI_FILE_INPUT, "--network", options->network},
 *                                      {CLI_FILE_OUTPUT, "--csv", options->csv},
 *                                      {.option = NULL}};
 *     TRY(cli_outputs_check(&options->common, files, error)); */
#ifndef WEFT_CLI_OUTPUTS_H
#define WEFT_CLI_OUTPUTS_H

#include "cli/options.h"

enum cli_file_role {
    CLI_FILE_INPUT,  /* a file, or a model: a file or a run folder */
    CLI_FILE_OUTPUT, /* a file that is written */
    CLI_FILE_RUN,    /* a run folder that is written: what a run before left there is removed */
    CLI_FILE_RESUMED /* a run folder that is read and written */
};

struct cli_file {
    enum cli_file_role role;
    const char *option; /* "--csv"; NULL ends a list */
    const char *path;   /* NULL: not given */
};

/* Fails with WEFT_USAGE, and names both, if an output of ${files} is
 * - another file of ${files}, or an operand;
 * - a file that weft keeps in a run folder, of ${files} or of an operand. Figures and the report
 *   are none of those where a run is only read: they are made of it again;
 * - a file of the data folder, or of the folder of --kernels;
 * and if an input is a file that a CLI_FILE_RUN would remove. Two paths are of the same file if
 * links lead to one file, or if nothing is there and one file would be made (os/same_file.h).
 * Devices and pipes can be given several times. */
enum weft_status cli_outputs_check(const struct cli_options *options, const struct cli_file *files,
                                   struct weft_error *error);

#endif

/* run_check.h: whether the files of a run folder belong together.
 *
 * run.json, which is written after all others, has the SHA-256 of each file that a run was computed
 * with. A training removes run.json first. Folders of earlier versions only have the hash of the
 * model. */
#ifndef WEFT_CLI_RUN_CHECK_H
#define WEFT_CLI_RUN_CHECK_H

#include "base/json_write.h"
#include "cli/options.h"
#include "weft/options.h"

/* The files that run.json has hashes of. */
enum cli_hashed {
    CLI_RUN_MODEL,
    CLI_RUN_CHECKPOINT,
    CLI_RUN_HISTORY,
    CLI_RUN_STEPS,
    CLI_RUN_CONFUSION, /* of the split that is added */
    CLI_HASHED = CLI_RUN_CONFUSION + WEFT_SPLIT_COUNT
};

/* Their SHA-256 in lower-case hexadecimal, as they were written or parsed, not as another process
 * may have changed them since. An empty text: there is no such file. */
struct cli_run_hashes {
    char sha256[CLI_HASHED][65];
};

/* Stores the path of the file ${which} of ${folder} in ${path}. Returns ${path}. */
char *cli_run_file(const char *folder, enum cli_hashed which, char path[4096]);

/* Writes ${text} as the file ${which} of ${folder}, and its hash to ${hashes}. */
enum weft_status cli_run_write(const char *folder, enum cli_hashed which, const struct text *text,
                               struct cli_run_hashes *hashes, struct weft_error *error);

/* Fails with WEFT_BAD_FILE if a file of ${folder} is not the one of ${hashes}: another process has
 * changed it. */
enum weft_status cli_run_check_hashes(const char *folder, const struct cli_run_hashes *hashes,
                                      struct weft_error *error);

/* Fails with WEFT_BAD_FILE for the file ${which}, which another process has changed. */
enum weft_status cli_run_fail_changed(const char *folder, enum cli_hashed which,
                                      struct weft_error *error);

/* Adds ${hashes} as the member "files". */
void cli_run_json_files(struct json_writer *json, const struct cli_run_hashes *hashes);

/* Files of a run folder that run.json was not written with. */
struct cli_foreign {
    const char *names[CLI_HASHED];
    size_t count;
};

/* Stores the foreign files of ${folder} in ${foreign}: none without run.json. Fails with
 * WEFT_BAD_FILE if a file cannot be read. */
enum weft_status cli_run_foreign(const char *folder, struct cli_foreign *foreign,
                                 struct weft_error *error);

/* Fails with WEFT_BAD_FILE for the foreign file ${name}. */
enum weft_status cli_run_fail_foreign(const char *folder, const char *name,
                                      struct weft_error *error);

/* Fails with WEFT_BAD_FILE if ${folder} has a foreign file. */
enum weft_status cli_run_check(const char *folder, struct weft_error *error);

/* Warns if ${operand} is a run folder whose run.json is that of another model than the one that was
 * read, with the hash ${sha256}. */
void cli_run_check_model(const struct cli_options *options, const char *operand,
                         const char *sha256);

#endif

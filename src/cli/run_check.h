/* run_check.h: whether the files of a run folder belong together.
 *
 * run.json, which is written after all others, has the SHA-256 of each file that a run was computed
 * with. A training removes run.json first. Folders of earlier versions only have the hash of the
 * model. */
#ifndef WEFT_CLI_RUN_CHECK_H
#define WEFT_CLI_RUN_CHECK_H

#include "base/json_write.h"
#include "cli/options.h"

/* Stores the SHA-256 of the file ${name} of ${folder}, in lower-case hexadecimal; an empty text if
 * there is none. Fails with WEFT_BAD_FILE. */
enum weft_status cli_run_hash(const char *folder, const char *name, char sha256[65],
                              struct weft_error *error);

/* Adds the hashes of the files in ${folder} as the member "files". Fails with WEFT_BAD_FILE. */
enum weft_status cli_run_json_files(struct json_writer *json, const char *folder,
                                    struct weft_error *error);

enum { CLI_HASHED = 6 }; /* files that run.json has hashes of */

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

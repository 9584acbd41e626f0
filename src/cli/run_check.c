/* run_check.c: the hashes of the files of a run folder. */
#include "cli/run_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/sha256.h"
#include "base/try.h"
#include "cli/messages.h"
#include "cli/run_folder.h"
#include "os/files.h"

#define RUN_MAX    (1 << 26)           /* bytes of run.json */
#define HASHED_MAX (UINT64_C(1) << 32) /* bytes of another file */

/* Figures and reports may be drawn again. */
static const char *const hashed[CLI_HASHED] = {"model.safetensors",   "checkpoint.safetensors",
                                               "history.csv",         "steps.csv",
                                               "confusion-train.csv", "confusion-test.csv"};

char *cli_run_file(const char *folder, enum cli_hashed which, char path[4096]) {
    return cli_run_path(folder, hashed[which], path);
}

/* Stores the hash of the file ${which} in ${sha256}; an empty text if there is none. */
static enum weft_status hash_file(const char *folder, enum cli_hashed which, char sha256[65],
                                  struct weft_error *error) {
    unsigned char bytes[16384];
    struct sha256_ctx hash;
    char path[4096];
    FILE *stream;
    size_t size = 0;
    uint64_t total = 0;
    enum weft_status status;
    sha256[0] = '\0';
    if (os_is_missing(cli_run_file(folder, which, path))) {
        return WEFT_OK;
    }
    TRY(os_file_open(path, &stream, error));
    sha256_init(&hash);
    do {
        status = os_file_get(stream, path, bytes, sizeof bytes, &size, error);
        sha256_add(&hash, bytes, size);
        total += size;
    } while (status == WEFT_OK && size == sizeof bytes && total <= HASHED_MAX);
    if (status == WEFT_OK && total > HASHED_MAX) { /* a device may have no end */
        status = error_set(error, WEFT_BAD_FILE, "cannot read %s: more than %llu bytes", path,
                           (unsigned long long)HASHED_MAX);
    }
    fclose(stream);
    sha256_final_hex(&hash, sha256);
    return status;
}

enum weft_status cli_run_write(const char *folder, enum cli_hashed which, const struct text *text,
                               struct cli_run_hashes *hashes, struct weft_error *error) {
    char path[4096];
    TRY(os_text_write(cli_run_file(folder, which, path), text, error));
    sha256_hex(text->bytes, text->length, hashes->sha256[which]);
    return WEFT_OK;
}

enum weft_status cli_run_fail_changed(const char *folder, enum cli_hashed which,
                                      struct weft_error *error) {
    char path[4096];
    error_set(error, WEFT_BAD_FILE, "%s: another process changed it during the training",
              cli_run_file(folder, which, path));
    return error_hint(error, "run.json is not written: the files do not belong together");
}

enum weft_status cli_run_check_hashes(const char *folder, const struct cli_run_hashes *hashes,
                                      struct weft_error *error) {
    for (int i = 0; i < CLI_HASHED; i++) {
        char sha256[65];
        TRY(hash_file(folder, (enum cli_hashed)i, sha256, error));
        if (strcmp(sha256, hashes->sha256[i]) != 0) {
            return cli_run_fail_changed(folder, (enum cli_hashed)i, error);
        }
    }
    return WEFT_OK;
}

void cli_run_json_files(struct json_writer *json, const struct cli_run_hashes *hashes) {
    json_write_open(json, "files", '{');
    for (size_t i = 0; i < CLI_HASHED; i++) {
        const char *sha256 = hashes->sha256[i];
        json_write_string(json, hashed[i], sha256[0] != '\0' ? sha256 : NULL);
    }
    json_write_close(json, '}');
}

static enum weft_status parse_run(const char *path, json_t **json, struct weft_error *error) {
    char *text;
    size_t size;
    enum weft_status status;
    TRY(os_text_read(path, RUN_MAX, FILE_JSON, &text, &size, error));
    status = json_read(text, size, json, error);
    free(text);
    if (status == WEFT_OK && !json_is_object(*json)) {
        json_decref(*json);
        *json = NULL;
        status = error_set(error, WEFT_BAD_FILE, "not a JSON object");
    }
    return status == WEFT_OK ? WEFT_OK : error_context(error, "%s", path);
}

/* Reads the run.json of ${folder}; NULL if there is none. The caller frees ${json}. */
static enum weft_status read_run(const char *folder, json_t **json, struct weft_error *error) {
    char path[4096];
    enum weft_status status;
    *json = NULL;
    if (os_is_missing(cli_run_path(folder, "run.json", path))) {
        return WEFT_OK;
    }
    status = parse_run(path, json, error);
    if (status == WEFT_BAD_FILE) {
        error->hint[0] = '\0';
        error_hint(error, "move it to another folder: weft train --resume writes it again");
    }
    return status;
}

/* Returns the hash of file ${name} in ${run}, or NULL. */
static const char *expected_hash(const json_t *run, const char *name) {
    const char *sha256 = json_string_value(json_object_get(json_object_get(run, "files"), name));
    return sha256 == NULL && strcmp(name, "model.safetensors") == 0
               ? json_string_value(json_object_get(run, "sha256"))
               : sha256;
}

enum weft_status cli_run_foreign(const char *folder, struct cli_foreign *foreign,
                                 struct weft_error *error) {
    json_t *run;
    enum weft_status status = WEFT_OK;
    *foreign = (struct cli_foreign){0};
    TRY(read_run(folder, &run, error));
    for (int i = 0; run != NULL && i < CLI_HASHED; i++) {
        const char *expected = expected_hash(run, hashed[i]);
        bool known = expected != NULL || json_object_get(run, "files") != NULL;
        char sha256[65];
        TRY_OR(done, hash_file(folder, (enum cli_hashed)i, sha256, error));
        if (known && sha256[0] != '\0' && (expected == NULL || strcmp(sha256, expected) != 0)) {
            foreign->names[foreign->count++] = hashed[i];
        }
    }
done:
    json_decref(run);
    return status;
}

enum weft_status cli_run_fail_foreign(const char *folder, const char *name,
                                      struct weft_error *error) {
    error_set(error, WEFT_BAD_FILE,
              "%s: its files do not belong together: %s is not the one that run.json was written "
              "with",
              folder, name);
    return error_hint(error, "the file was changed, or is of another run");
}

enum weft_status cli_run_check(const char *folder, struct weft_error *error) {
    struct cli_foreign foreign;
    TRY(cli_run_foreign(folder, &foreign, error));
    return foreign.count == 0 ? WEFT_OK : cli_run_fail_foreign(folder, foreign.names[0], error);
}

void cli_run_check_model(const struct cli_options *options, const char *operand,
                         const char *sha256) {
    struct weft_error ignored = {0};
    json_t *run = NULL;
    const char *expected;
    if (os_is_folder(operand) && read_run(operand, &run, &ignored) == WEFT_OK && run != NULL) {
        expected = expected_hash(run, "model.safetensors");
        if (expected != NULL && strcmp(expected, sha256) != 0) {
            cli_message_warning(options, "mixed-run",
                                "%s: its run.json is of another model than its model.safetensors",
                                operand);
        }
    }
    json_decref(run);
}

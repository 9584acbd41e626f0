/* run_folder.c: the folder of one training. Files of two trainings are never mixed in it. */
#include "cli/run_folder.h"

#include <errno.h>
#include <string.h>

#include "base/try.h"
#include "cli/messages.h"
#include "os/files.h"

enum {
    RUNS_MAX = 100000, /* run-N without --out */
    ATTEMPTS = 100,    /* to lock a folder that other processes make and remove */
    SURE = 3           /* those that fail although the folder exists */
};

static enum weft_status lock(struct cli_run *run, const struct cli_options *options,
                             struct weft_error *error) {
    TRY(os_lock_take(&run->lock, run->path, error));
    if (run->lock.unsupported) {
        cli_message_warning(options, "folder-not-locked",
                            "%s: its file system has no locks: no other training may use it",
                            run->path);
    }
    return WEFT_OK;
}

/* The folder is taken by its mkdir, which only one process succeeds with. */
static enum weft_status choose(struct cli_run *run, struct weft_error *error) {
    for (unsigned i = 1; i <= RUNS_MAX; i++) {
        int number;
        snprintf(run->path, sizeof run->path, "run-%u", i);
        number = os_new_folder(run->path);
        run->existing = number == 0 ? 0 : strlen(run->path);
        if (number != EEXIST) {
            return number == 0 ? WEFT_OK : os_fail(error, "cannot make folder", run->path, number);
        }
    }
    return error_set(error, WEFT_USAGE, "run folder: run-1 to run-%d all exist", RUNS_MAX);
}

/* Makes ${out} unless it exists. */
static enum weft_status make(struct cli_run *run, const char *out, struct weft_error *error) {
    size_t length = strlen(out);
    if (length >= sizeof run->path) {
        return error_set(error, WEFT_USAGE, "--out: the path is longer than %zu bytes",
                         sizeof run->path - 1);
    }
    memcpy(run->path, out, length + 1);
    if (os_exists(out)) {
        return os_is_folder(out)
                   ? WEFT_OK
                   : error_set(error, WEFT_USAGE, "--out %s: it is a file, not a folder", out);
    }
    return os_make_folder(out, error);
}

static enum weft_status check_empty(const char *out, struct weft_error *error) {
    int number = os_check_empty(out, OS_LOCK_NAME);
    if (number == ENOTEMPTY) {
        error_set(error, WEFT_USAGE, "--out %s: the folder is not empty", out);
        return error_hint(error, "choose another folder, or replace the run in it with --force");
    }
    return number == 0 ? WEFT_OK : os_fail(error, "cannot read the folder", out, number);
}

enum weft_status cli_run_create(struct cli_run *run, const struct cli_options *options,
                                const char *out, bool force, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    int found = 0;
    if (out == NULL) {
        TRY(choose(run, error));
        return lock(run, options, error);
    }
    run->existing = os_existing_part(out);
    for (int i = 0; i < ATTEMPTS && found < SURE; i++) {
        struct weft_error reason = {0};
        status = make(run, out, &reason);
        if (status == WEFT_OK) {
            status = lock(run, options, &reason);
        }
        if (status == WEFT_OK) {
            return force ? WEFT_OK : check_empty(out, error);
        }
        *error = reason;
        if (status == WEFT_USAGE) {
            break;
        }
        /* Another process, which failed, may have removed it, and a third one made it again. */
        found += os_exists(out);
    }
    return status;
}

enum weft_status cli_run_open(struct cli_run *run, const struct cli_options *options,
                              const char *path, struct weft_error *error) {
    if (strlen(path) >= sizeof run->path) {
        return error_set(error, WEFT_USAGE, "the path of the run folder is too long");
    }
    strcpy(run->path, path);
    run->existing = strlen(path);
    return lock(run, options, error);
}

enum weft_status cli_run_keep(struct cli_run *run, struct weft_error *error) {
    return os_lock_check(&run->lock, run->path, error);
}

const struct cli_run_name cli_run_names[] = {
    /* written at the end; a folder with run.json is complete, so it is removed first */
    {"run.json", .at_end = true},
    {"confusion-train.csv", .at_end = true},
    {"confusion-test.csv", .at_end = true},
    {"confusion-train.png", .at_end = true, .drawn = true},
    {"confusion-test.png", .at_end = true, .drawn = true},
    {"confusion-train.svg", .at_end = true, .drawn = true},
    {"confusion-test.svg", .at_end = true, .drawn = true},
    {"curves.png", .at_end = true, .drawn = true},
    {"curves.svg", .at_end = true, .drawn = true},
    {"report.html", .at_end = true, .drawn = true},
    /* written after each epoch */
    {"model.safetensors"},
    {"history.csv"},
    {"steps.csv"},
    {"checkpoint.safetensors"},
    {OS_LOCK_NAME, .lock = true},
    {.name = NULL}};

enum weft_status cli_run_clear(const struct cli_run *run, bool results_only,
                               struct weft_error *error) {
    const struct cli_run_name *file;
    char path[4096];
    /* All can be replaced, or none is removed. */
    for (file = cli_run_names; file->name != NULL; file++) {
        if (!file->lock) {
            TRY(os_file_check_replace(cli_run_path(run->path, file->name, path), error));
        }
    }
    for (file = cli_run_names; file->name != NULL; file++) {
        if (file->lock || (results_only && !file->at_end)) {
            continue;
        }
        cli_run_path(run->path, file->name, path);
        if (remove(path) != 0 && errno != ENOENT) {
            return os_fail(error, "cannot remove", path, errno);
        }
        if (file == cli_run_names) {
            os_sync_folder_of(path);
        }
    }
    os_sync_folder_of(path);
    return WEFT_OK;
}

void cli_run_finish(struct cli_run *run) {
    if (os_lock_release(&run->lock)) {
        os_remove_made(run->path, run->existing);
    }
    run->existing = strlen(run->path);
}

char *cli_run_path(const char *folder, const char *name, char path[4096]) {
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    snprintf(path, 4096, "%s%s%s", folder, slash, name);
    return path;
}

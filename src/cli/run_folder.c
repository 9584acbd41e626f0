/* run_folder.c: the folder of one training. Files of two trainings are never mixed in it. */
#include "cli/run_folder.h"

#include <errno.h>
#include <string.h>

#include "base/try.h"
#include "os/files.h"

#define RUNS_MAX 100000 /* run-N without --out */

static enum weft_status choose(struct cli_run *run, struct weft_error *error) {
    for (unsigned i = 1; i <= RUNS_MAX; i++) {
        snprintf(run->path, sizeof run->path, "run-%u", i);
        if (!os_exists(run->path)) {
            return WEFT_OK;
        }
    }
    return weft_fail(error, WEFT_USAGE, "run folder: run-1 to run-%d all exist", RUNS_MAX);
}

static enum weft_status take(struct cli_run *run, const char *out, bool force,
                             struct weft_error *error) {
    if (strlen(out) >= sizeof run->path) {
        return weft_fail(error, WEFT_USAGE, "--out: the path is longer than %zu bytes",
                         sizeof run->path - 1);
    }
    snprintf(run->path, sizeof run->path, "%s", out);
    if (!os_exists(out)) {
        return WEFT_OK;
    }
    if (!os_is_folder(out)) {
        return weft_fail(error, WEFT_USAGE, "--out %s: it is a file, not a folder", out);
    }
    if (!force && !os_is_empty_folder(out)) {
        weft_fail(error, WEFT_USAGE, "--out %s: the folder is not empty", out);
        return weft_error_hint(error,
                               "choose another folder, or replace the run in it with --force");
    }
    return WEFT_OK;
}

enum weft_status cli_run_create(struct cli_run *run, const char *out, bool force,
                                struct weft_error *error) {
    bool existed;
    TRY(out != NULL ? take(run, out, force, error) : choose(run, error));
    existed = os_exists(run->path);
    TRY(os_make_folder(run->path, error));
    run->made = !existed;
    return WEFT_OK;
}

static const char *const files[] = {
    /* written at the end */
    "confusion-train.csv", "confusion-test.csv", "confusion-train.png", "confusion-test.png",
    "confusion-train.svg", "confusion-test.svg", "curves.png", "curves.svg", "run.json",
    "report.html",
    /* written after each epoch */
    "model.safetensors", "history.csv", "steps.csv", "checkpoint.safetensors"};

enum { RESULTS = 10 }; /* the number of those written at the end */

enum weft_status cli_run_clear(const struct cli_run *run, bool results_only,
                               struct weft_error *error) {
    size_t count = results_only ? RESULTS : sizeof files / sizeof files[0];
    char path[4096];
    for (size_t i = 0; i < count; i++) {
        cli_run_path(run->path, files[i], path);
        if (remove(path) != 0 && errno != ENOENT) {
            return weft_fail(error, WEFT_FAILED, "%s: cannot be removed: %s", path,
                             strerror(errno));
        }
    }
    return WEFT_OK;
}

void cli_run_discard(const struct cli_run *run) {
    if (run->made) {
        remove(run->path); /* a folder only when it is empty */
    }
}

char *cli_run_path(const char *folder, const char *name, char path[4096]) {
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    snprintf(path, 4096, "%s%s%s", folder, slash, name);
    return path;
}

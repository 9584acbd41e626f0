/* outputs.c: no output of a command replaces what the command reads, or another of its outputs. */
#include "cli/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/try.h"
#include "cli/command.h"
#include "cli/run_folder.h"
#include "os/files.h"
#include "os/same_file.h"
#include "weft/images.h"

enum { FOLDERS_OF_DATA = 3 /* train/CLASS/NAME.png */ };

/* ---- one output ---- */

static enum weft_status fail(const struct cli_file *output, const char *what,
                             struct weft_error *error) {
    error_set(error, WEFT_USAGE, "%s %s: it is the same file as %s", output->option, output->path,
              what);
    return error_hint(error, "it would be replaced: write to another file");
}

/* Fails if ${output} is the folder of the run ${folder}, or a file of it: of those that are
 * ${drawn} from the others, too, or not. */
static enum weft_status check_run(const struct cli_file *output, const char *folder, bool drawn,
                                  const char *option, struct weft_error *error) {
    char path[OS_PATH], what[512];
    if (os_same_file(output->path, folder)) {
        printable_print(what, sizeof what, "the folder of %s %s", option, folder);
        return fail(output, what, error);
    }
    for (const struct cli_run_name *file = cli_run_names; file->name != NULL; file++) {
        if ((drawn || !file->drawn) &&
            os_same_file(output->path, cli_run_path(folder, file->name, path))) {
            printable_print(what, sizeof what, "%s of %s %s", file->name, option, folder);
            return fail(output, what, error);
        }
    }
    return WEFT_OK;
}

/* Fails if ${output} is the file ${path} of ${option}, or in the run folder there. A model may also
 * be named by its file in a run folder. */
static enum weft_status check_input(const struct cli_file *output, const char *path,
                                    const char *option, struct weft_error *error) {
    char what[512], folder[OS_PATH], record[OS_PATH];
    if (os_is_folder(path)) {
        return check_run(output, path, false, option, error);
    }
    if (os_same_file(output->path, path)) {
        printable_print(what, sizeof what, "%s %s", option, path);
        return fail(output, what, error);
    }
    if (strlen(path) >= sizeof folder || strcmp(os_name_of(path), "model.safetensors") != 0) {
        return WEFT_OK;
    }
    os_folder_of(path, folder);
    return os_exists(cli_run_path(folder, "run.json", record))
               ? check_run(output, folder, false, "the folder of", error)
               : WEFT_OK;
}

/* Checks ${output} against ${other}, which comes before it if it is an output too. */
static enum weft_status check_pair(const struct cli_file *output, const struct cli_file *other,
                                   struct weft_error *error) {
    switch (other->role) {
    case CLI_FILE_OUTPUT:
        if (!os_same_file(output->path, other->path)) {
            return WEFT_OK;
        }
        error_set(error, WEFT_USAGE, "%s %s: it is the same file as %s %s", output->option,
                  output->path, other->option, other->path);
        return error_hint(error, "each output needs a file of its own");
    case CLI_FILE_RUN:
    case CLI_FILE_RESUMED:
        return check_run(output, other->path, true, other->option, error);
    default:
        return check_input(output, other->path, other->option, error);
    }
}

/* ---- folders ---- */

static bool ends_with(const char *name, const char *end) {
    const size_t length = strlen(name), ending = strlen(end);
    return length >= ending && os_equal_names(name + length - ending, end);
}

/* Whether ${name}, in a data folder or ${depth} folders below it, may be a file of the data set: a
 * user may keep other files there. */
static bool is_data(const char *name, int depth) {
    static const char *const ends[] = {"-ubyte",      "-ubyte.gz",        ".bin",
                                       "classes.txt", "batches.meta.txt", "label_names.txt"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_with(name, ends[i])) {
            return true;
        }
    }
    return depth + 1 == FOLDERS_OF_DATA && ends_with(name, ".png");
}

/* Whether a data set may have files in the folder ${name}, ${depth} folders below its own. */
static bool has_data(const char *name, int depth) {
    return depth > 0 || is_data(name, depth) || os_equal_names(name, "train") ||
           os_equal_names(name, "test");
}

/* Looks for ${file} in ${folder}: of any name, or, in a folder of ${data}, of those of a data set,
 * also below it. Stores its path in ${found}. A folder that cannot be read has nothing. */
static bool find(const struct os_identity *file, const char *folder, bool data, int depth,
                 char found[OS_PATH]) {
    struct weft_error ignored = {0};
    struct os_identity there;
    char **names = NULL, path[OS_PATH];
    size_t count = 0;
    bool same = false;
    if (os_folder_list(folder, &names, &count, &ignored) != WEFT_OK) {
        return false;
    }
    for (size_t i = 0; i < count && !same; i++) {
        cli_run_path(folder, names[i], path);
        same = (!data || is_data(names[i], depth)) && os_identify(path, &there) &&
               os_identical(file, &there);
        if (same) {
            memcpy(found, path, sizeof path);
        } else if (data && depth + 1 < FOLDERS_OF_DATA && has_data(names[i], depth) &&
                   os_is_folder(path)) {
            same = find(file, path, data, depth + 1, found);
        }
    }
    free(names);
    return same;
}

/* Fails if ${output} is a file of the data or of the kernels. The folder of the data is searched
 * only if the output exists: it may have many files. */
static enum weft_status check_folders(const struct cli_options *options,
                                      const struct cli_file *output, struct weft_error *error) {
    struct weft_error ignored = {0};
    struct os_identity there;
    char *data = NULL, found[OS_PATH], what[512];
    bool same;
    if (!os_identify(output->path, &there)) {
        return WEFT_OK;
    }
    if (options->kernels != NULL && find(&there, options->kernels, false, 0, found)) {
        printable_print(what, sizeof what, "%s of --kernels", found);
        return fail(output, what, error);
    }
    same = weft_data_find(options->data, &data, &ignored) == WEFT_OK &&
           find(&there, data, true, 0, found);
    weft_free(data);
    if (!same) {
        return WEFT_OK;
    }
    printable_print(what, sizeof what, "%s of the data (--data)", found);
    return fail(output, what, error);
}

/* ---- all files ---- */

static enum weft_status check_output(const struct cli_options *options,
                                     const struct cli_file *files, const struct cli_file *output,
                                     struct weft_error *error) {
    for (const struct cli_file *other = files; other->option != NULL; other++) {
        if (other->path != NULL && (other->role != CLI_FILE_OUTPUT || other < output)) {
            TRY(check_pair(output, other, error));
        }
    }
    for (size_t i = 0; i < options->operand_count; i++) {
        TRY(check_input(output, options->operands[i], "the operand", error));
    }
    return check_folders(options, output, error);
}

/* Fails if ${input} is a file that the new run in ${run} replaces. */
static enum weft_status check_removed(const struct cli_file *input, const struct cli_file *run,
                                      struct weft_error *error) {
    const bool folder = os_is_folder(input->path);
    char path[OS_PATH], model[OS_PATH];
    cli_run_path(input->path, "model.safetensors", model);
    for (const struct cli_run_name *file = cli_run_names; file->name != NULL; file++) {
        cli_run_path(run->path, file->name, path);
        if (os_exists(path) && os_same_file(folder ? model : input->path, path)) {
            error_set(error, WEFT_USAGE, "%s %s: a new run in %s %s would first remove this file",
                      input->option, path, run->option, run->path);
            return error_hint(error, "copy it to another folder, and name the copy");
        }
    }
    return WEFT_OK;
}

enum weft_status cli_outputs_check(const struct cli_options *options, const struct cli_file *files,
                                   struct weft_error *error) {
    for (const struct cli_file *file = files; file->option != NULL; file++) {
        if (file->path != NULL && file->role == CLI_FILE_OUTPUT) {
            TRY(check_output(options, files, file, error));
        }
        for (const struct cli_file *run = files; run->option != NULL; run++) {
            if (file->path != NULL && file->role == CLI_FILE_INPUT && run->path != NULL &&
                run->role == CLI_FILE_RUN) {
                TRY(check_removed(file, run, error));
            }
        }
    }
    return WEFT_OK;
}

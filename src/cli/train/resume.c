/* resume.c: weft train --resume: the state of a training, saved after each complete epoch. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/try.h"
#include "cli/messages.h"
#include "os/files.h"

enum weft_status cli_resume_save(struct cli_training *train, struct weft_error *error) {
    struct weft_checkpoint *checkpoint;
    char path[4096];
    enum weft_status status;
    TRY(weft_session_checkpoint(train->session, &checkpoint, error));
    TRY_OR(done, cli_saved_write(train, checkpoint, error));
    cli_run_file(train->run.path, CLI_RUN_CHECKPOINT, path);
    status = weft_checkpoint_save_sha256(checkpoint, path, train->hashes.sha256[CLI_RUN_CHECKPOINT],
                                         error);
done:
    weft_checkpoint_destroy(checkpoint);
    return status;
}

/* Fails if the checkpoint of ${folder} is missing. If it cannot be read, its reader says why. */
static enum weft_status check_started(const char *folder, struct weft_error *error) {
    char path[4096], other[4096];
    cli_run_file(folder, CLI_RUN_CHECKPOINT, path);
    if (!os_is_absent(path)) {
        return WEFT_OK;
    }
    if (os_is_absent(cli_run_file(folder, CLI_RUN_MODEL, other))) {
        error_set(error, WEFT_BAD_FILE, "%s: it does not exist: no epoch was finished in this run",
                  path);
        return error_hint(error, "start again with weft train");
    }
    error_set(error, WEFT_BAD_FILE,
              "%s: it does not exist: no epoch was finished in this run, or the file was removed",
              path);
    return error_hint(error,
                      "a run cannot be continued without it; weft train --init %s begins a new one "
                      "with the values of the model",
                      folder);
}

/* The options of a model that do not change while it is trained; NULL if there are none. */
static json_t *fixed_options(const char *text) {
    json_t *options = NULL;
    if (text != NULL) {
        json_read(text, strlen(text), &options, NULL);
    }
    json_object_del(options, "epochs");
    json_object_del(options, "steps");
    json_object_del(options, "total_steps");
    json_object_del(options, "average");
    return options;
}

/* Returns whether ${model} was trained by the run of the checkpoint, which had the options
 * ${own}. */
static bool is_own(const struct cli_training *train, const struct weft_model *model,
                   const char *own) {
    const struct weft_model *from = weft_checkpoint_model(train->from);
    json_t *before = fixed_options(own), *now = fixed_options(weft_model_options(model));
    char *network = weft_network_to_json(weft_model_network(model));
    char *expected = weft_network_to_json(weft_model_network(from));
    bool same = before != NULL && now != NULL && json_equal(before, now) && network != NULL &&
                expected != NULL && strcmp(network, expected) == 0;
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const struct weft_images_hash *hash = &train->saved.hash[i];
        same = same &&
               strcmp(weft_model_images_sha256(model, (enum weft_split)i), hash->images) == 0 &&
               strcmp(weft_model_labels_sha256(model, (enum weft_split)i), hash->labels) == 0;
    }
    json_decref(before);
    json_decref(now);
    weft_free(network);
    weft_free(expected);
    return same;
}

/* Fails if the model in the folder, which will be replaced, cannot be read or is of another run. */
static enum weft_status check_model(struct cli_training *train, struct weft_error *error) {
    char path[4096], *own;
    struct weft_model *model;
    enum weft_status status;
    cli_run_file(train->run.path, CLI_RUN_MODEL, path);
    if (os_is_missing(path)) {
        return cli_best_check(train, NULL, error);
    }
    if (weft_model_load(path, &model, error) != WEFT_OK) {
        error->hint[0] = '\0';
        return error_hint(error, "to continue without this file, move it to another folder");
    }
    strcpy(train->hashes.sha256[CLI_RUN_MODEL], weft_model_sha256(model));
    own = cli_train_model_options(train, 0, false);
    if (own == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for the options of a model");
    } else if (is_own(train, model, own)) {
        status = cli_best_check(train, model, error);
    } else {
        status = cli_record_fail_mixed(error, path);
    }
    weft_model_destroy(model);
    free(own);
    return status;
}

/* Fails unless the checkpoint ${path} is of complete epochs and nothing else. */
static enum weft_status check_steps(const struct weft_checkpoint *from, const char *path,
                                    struct weft_error *error) {
    const uint64_t steps = weft_checkpoint_steps(from);
    const struct weft_epoch *epoch;
    uint64_t sum = 0;
    for (size_t i = 0; (epoch = weft_checkpoint_epoch(from, i)) != NULL; i++) {
        sum += epoch->steps;
    }
    return steps > 0 && steps == sum
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE, "%s: %llu steps are not those of %zu epochs", path,
                           (unsigned long long)steps, weft_checkpoint_epochs(from));
}

enum weft_status cli_resume_load(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    char path[4096];
    /* Lock the folder, and read the checkpoint. */
    cli_run_file(options->resume, CLI_RUN_CHECKPOINT, path);
    if (os_is_folder(options->resume)) {
        TRY(cli_run_open(&train->run, &options->common, options->resume, error));
        TRY(check_started(options->resume, error));
        TRY(cli_run_check(options->resume, error));
    }
    TRY(weft_checkpoint_load(path, &train->from, error));
    strcpy(train->hashes.sha256[CLI_RUN_CHECKPOINT],
           weft_model_sha256(weft_checkpoint_model(train->from)));
    TRY(cli_saved_read(train->from, path, &train->saved, error));
    TRY(check_steps(train->from, path, error));
    TRY(cli_resume_options(train, error));
    TRY(check_model(train, error));
    TRY(weft_model_clone(weft_checkpoint_model(train->from), &train->model, error));
    return cli_record_resume(train, error);
}

enum weft_status cli_resume_check_data(struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(cli_identity_wait(&train->identity[i], "training: interrupted", error));
        if (!cli_identity_same(&train->saved.hash[i], &train->identity[i].hash)) {
            error_set(error, WEFT_USAGE,
                      "%s: not the images that the run began with: the %s split is another one",
                      train->data, weft_split_name((enum weft_split)i));
            return error_hint(error, "name their folder with --data%s",
                              train->options.common.test_fraction > 0
                                  ? ", and the --test-fraction of the run"
                                  : "");
        }
    }
    return WEFT_OK;
}

/* Writes the model of the checkpoint, which an interrupted run may have replaced. */
static enum weft_status restore_model(struct cli_training *train, struct weft_error *error) {
    struct weft_model *model;
    enum weft_status status;
    if (train->best.epoch > 0 && train->best.epoch != weft_checkpoint_epochs(train->from)) {
        return WEFT_OK; /* the folder has the model of that epoch */
    }
    TRY(weft_model_clone(weft_checkpoint_model(train->from), &model, error));
    status = cli_train_save_model(train, model, weft_checkpoint_epochs(train->from), false, error);
    weft_model_destroy(model);
    return status;
}

enum weft_status cli_resume_begin(struct cli_training *train, struct weft_error *error) {
    uint64_t limit = train->options.steps;
    TRY(cli_run_clear(&train->run, true, error));
    TRY(restore_model(train, error));
    TRY(cli_record_write(train, error));
    cli_message_notice(&train->options.common, "%s: continues after epoch %zu of %llu",
                       train->run.path, train->record.epoch_count,
                       (unsigned long long)train->options.epochs);
    if (limit > 0 && limit <= train->record.steps) {
        cli_message_notice(&train->options.common,
                           "nothing is left to train: --steps %llu ended the run",
                           (unsigned long long)limit);
    }
    return WEFT_OK;
}

/* resume.c: weft train --resume: the state of a training, saved after each complete epoch. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/try.h"
#include "cli/messages.h"
#include "cli/run_check.h"
#include "os/files.h"

enum weft_status cli_resume_save(const struct cli_training *train, struct weft_error *error) {
    struct weft_checkpoint *checkpoint;
    char path[4096];
    enum weft_status status;
    TRY(weft_session_checkpoint(train->session, &checkpoint, error));
    TRY_OR(done, cli_saved_write(train, checkpoint, error));
    cli_run_path(train->run.path, "checkpoint.safetensors", path);
    status = weft_checkpoint_save(checkpoint, path, error);
done:
    weft_checkpoint_destroy(checkpoint);
    return status;
}

/* Fails if the file ${path} is missing. If it cannot be read, its reader says why. */
static enum weft_status check_started(const char *path, struct weft_error *error) {
    if (!os_is_missing(path)) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "%s: it does not exist: no epoch was finished in this run",
              path);
    return error_hint(error, "start again with weft train");
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

/* Fails if the model in the folder, which will be replaced, is of another run. One that is damaged
 * is made again. */
static enum weft_status check_model(const struct cli_training *train, struct weft_error *error) {
    char *own = cli_train_model_options(train, 0, false);
    struct weft_model *model = NULL;
    enum weft_status status;
    json_t *before, *now;
    char path[4096];
    bool same = true;
    cli_run_path(train->run.path, "model.safetensors", path);
    if (weft_model_load(path, &model, NULL) == WEFT_OK) {
        before = fixed_options(own);
        now = fixed_options(weft_model_options(model));
        same = before == NULL || now == NULL || json_equal(before, now);
        json_decref(before);
        json_decref(now);
    }
    status = same ? cli_best_check(train, model, error) : cli_record_fail_mixed(error, path);
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
    cli_run_path(options->resume, "checkpoint.safetensors", path);
    if (os_is_folder(options->resume)) {
        TRY(cli_run_open(&train->run, &options->common, options->resume, error));
        TRY(check_started(path, error));
        TRY(cli_run_check(options->resume, error));
    }
    TRY(weft_checkpoint_load(path, &train->from, error));
    TRY(cli_saved_read(train->from, path, &train->saved, error));
    TRY(check_steps(train->from, path, error));
    TRY(cli_resume_options(train, error));
    TRY(check_model(train, error));
    TRY(weft_model_clone(weft_checkpoint_model(train->from), &train->model, error));
    return cli_record_resume(train, error);
}

enum weft_status cli_resume_check_data(struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&train->identity[i]);
        if (!cli_identity_same(&train->saved.hash[i], &train->identity[i].hash)) {
            error_set(error, WEFT_USAGE,
                      "%s: not the images that the run began with: the %s split is another one",
                      train->data, weft_split_name((enum weft_split)i));
            return error_hint(error, "name their folder with --data");
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

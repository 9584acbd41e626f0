/* best.c: weft train --keep best: the model of the epoch with the largest validation accuracy.
 *
 * The model is written after the checkpoint that names its epoch. So after a kill it is either in
 * the folder, or has the values of the checkpoint. */
#include "cli/train/train.h"

#include <string.h>

#include "base/json_read.h"
#include "base/try.h"

bool cli_best_update(struct cli_training *train) {
    const struct cli_record *record = &train->record;
    const struct report_epoch *last = &record->epochs[record->epoch_count - 1];
    if (train->options.keep != CLI_KEEP_BEST) {
        return true;
    }
    if (train->best.epoch > 0 && last->validation_accuracy <= train->best.accuracy) {
        return false;
    }
    train->best.epoch = last->epoch;
    train->best.accuracy = last->validation_accuracy;
    return true;
}

size_t cli_best_epoch(const struct cli_training *train) {
    return train->best.epoch > 0 ? train->best.epoch : train->record.epoch_count;
}

enum weft_status cli_best_restore(struct cli_training *train, struct weft_error *error) {
    struct weft_model *model;
    enum weft_status status;
    char path[4096];
    if (cli_best_epoch(train) == train->record.epoch_count) {
        return WEFT_OK;
    }
    TRY(weft_model_load(cli_run_file(train->run.path, CLI_RUN_MODEL, path), &model, error));
    status = strcmp(weft_model_sha256(model), train->hashes.sha256[CLI_RUN_MODEL]) == 0
                 ? weft_session_set_model(train->session, model, error)
                 : cli_run_fail_changed(train->run.path, CLI_RUN_MODEL, error);
    weft_model_destroy(model);
    return status;
}

/* Stores the epochs of ${model}, and the steps if --steps ended it, or 0. */
static bool read_made(const struct weft_model *model, uint64_t *epochs, uint64_t *steps) {
    const char *text = weft_model_options(model);
    struct weft_error ignored = {0};
    json_t *options;
    bool complete;
    *steps = 0;
    if (text == NULL || json_read(text, strlen(text), &options, &ignored) != WEFT_OK) {
        return false;
    }
    complete = json_read_integer(json_object_get(options, "epochs"), UINT32_MAX, epochs);
    json_read_integer(json_object_get(options, "steps"), UINT64_MAX, steps);
    json_decref(options);
    return complete;
}

/* Fails because ${steps} ended the run in a part of ${epoch} that was better than the best epoch of
 * the checkpoint, whose model is lost: another --steps may need it again. */
static enum weft_status fail_part(const struct cli_training *train, uint64_t epoch, uint64_t steps,
                                  struct weft_error *error) {
    error_set(
        error, WEFT_USAGE,
        "--steps: the run folder has the model of a part of epoch %llu, and no longer that of "
        "epoch %zu",
        (unsigned long long)epoch, train->best.epoch);
    return error_hint(error, "--steps %llu continues, or begin a new training",
                      (unsigned long long)steps);
}

enum weft_status cli_best_check(const struct cli_training *train, const struct weft_model *model,
                                struct weft_error *error) {
    uint64_t epochs, steps;
    if (train->best.epoch == 0 || train->best.epoch == weft_checkpoint_epochs(train->from)) {
        return WEFT_OK; /* the checkpoint has its values */
    }
    if (model != NULL && read_made(model, &epochs, &steps)) {
        if (epochs == train->best.epoch && steps == 0) {
            return WEFT_OK;
        }
        /* A part of an epoch was better. The same --steps make it again. */
        if (steps > 0) {
            return steps == train->options.steps ? WEFT_OK : fail_part(train, epochs, steps, error);
        }
    }
    error_set(error, WEFT_BAD_FILE,
              "%s: model.safetensors is not that of epoch %zu, the best one of the checkpoint",
              train->run.path, train->best.epoch);
    return error_hint(error, "start again with weft train, or restore the file");
}

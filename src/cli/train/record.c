/* record.c: the epochs and steps of a training, in memory and as files. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/try.h"
#include "cli/messages.h"
#include "os/files.h"

enum weft_status cli_record_epoch(struct cli_record *record, const struct weft_epoch *epoch,
                                  struct weft_error *error) {
    size_t count = record->epoch_count + 1;
    struct report_epoch *epochs = realloc(record->epochs, count * sizeof *epochs);
    if (epochs == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the history of %zu epochs", count);
    }
    record->epochs = epochs;
    epochs[record->epoch_count++] = (struct report_epoch){.epoch = count,
                                                          .accuracy = epoch->accuracy,
                                                          .total_loss = epoch->total_loss,
                                                          .mean_loss = epoch->mean_loss,
                                                          .seconds = epoch->seconds};
    return WEFT_OK;
}

enum weft_status cli_record_steps(struct cli_training *train, const struct weft_epoch *epoch,
                                  struct weft_error *error) {
    struct cli_record *record = &train->record;
    size_t first = record->logged, batch = cli_train_batch(train);
    struct report_step *log;
    if (record->unlogged) {
        return WEFT_OK;
    }
    log = realloc(record->log, (first + epoch->steps + 1) * sizeof *log);
    if (log == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a record of %zu steps",
                         first + epoch->steps);
    }
    record->log = log;
    for (size_t i = 0; i < epoch->steps; i++) {
        size_t left = (size_t)epoch->images - i * batch;
        record->log[record->logged++] =
            (struct report_step){.epoch = (uint32_t)epoch->epoch,
                                 .images = (uint32_t)(left < batch ? left : batch),
                                 .correct = epoch->results[i].correct,
                                 .loss = epoch->results[i].loss};
    }
    /* In a long training, printing all steps again after each epoch would take most of the time. */
    csv_add_steps(&record->text, record->log, first, record->logged);
    return record->text.failed ? error_set(error, WEFT_NO_MEMORY,
                                           "no memory for the text of %zu steps", record->logged)
                               : WEFT_OK;
}

enum weft_status cli_record_write(struct cli_training *train, struct weft_error *error) {
    const struct cli_record *record = &train->record;
    const char *folder = train->run.path;
    struct text history = {0};
    enum weft_status status;
    csv_add_history(&history, record->epochs, record->epoch_count);
    status = cli_run_write(folder, CLI_RUN_HISTORY, &history, &train->hashes, error);
    free(text_take(&history));
    if (status != WEFT_OK || record->unlogged) {
        return status;
    }
    return cli_run_write(folder, CLI_RUN_STEPS, &record->text, &train->hashes, error);
}

enum weft_status cli_record_fail_mixed(struct weft_error *error, const char *path) {
    error_set(error, WEFT_BAD_FILE, "%s: of another run than checkpoint.safetensors beside it",
              path);
    return error_hint(error, "to continue the run of the checkpoint, move the file to another "
                             "folder");
}

/* Replaces the hint of ${error}: how to go on without the file that could not be read. */
static enum weft_status fail_unread(struct weft_error *error, const char *what) {
    error->hint[0] = '\0';
    return error_hint(error, "to continue without %s, move the file to another folder", what);
}

/* Takes the validation of the finished epochs from history.csv, where it has any. */
static enum weft_status take_history(struct cli_training *train, struct weft_error *error) {
    static const char *const names[] = {"accuracy", "total_loss", "validation_accuracy",
                                        "validation_loss"};
    struct cli_record *record = &train->record;
    double *values;
    size_t rows;
    char path[4096];
    bool same;
    cli_run_file(train->run.path, CLI_RUN_HISTORY, path);
    if (os_is_missing(path)) {
        if (train->options.validate > 0) {
            cli_message_notice(&train->options.common,
                               "%s: it does not exist: the validation of the finished epochs is "
                               "lost",
                               path);
        }
        return WEFT_OK;
    }
    if (csv_read_columns(path, names, 4, &values, &rows, error) != WEFT_OK) {
        return fail_unread(error, "the validation of the finished epochs");
    }
    same = rows >= record->epoch_count;
    for (size_t i = 0; same && i < record->epoch_count; i++) {
        const double *row = values + 4 * i;
        struct report_epoch *epoch = &record->epochs[i];
        same = row[0] == epoch->accuracy && row[1] == epoch->total_loss;
        epoch->validation_accuracy = row[2];
        epoch->validation_loss = row[3];
        epoch->validated = row[2] >= 0 && row[3] >= 0;
    }
    free(values);
    return same ? WEFT_OK : cli_record_fail_mixed(error, path);
}

/* Takes the steps of the finished epochs from steps.csv. */
static enum weft_status take_steps(struct cli_training *train, struct weft_error *error) {
    struct cli_record *record = &train->record;
    char path[4096];
    size_t count = 0, made = (size_t)record->steps;
    cli_run_file(train->run.path, CLI_RUN_STEPS, path);
    if (os_is_missing(path)) {
        record->unlogged = true;
        cli_message_notice(&train->options.common,
                           "%s: it does not exist: the steps of this run are not recorded", path);
        return WEFT_OK;
    }
    if (csv_read_steps(path, &record->log, &count, error) != WEFT_OK) {
        return fail_unread(error, "the record of the steps");
    }
    if (count < made || !csv_steps_match(record->log, made, record->epochs, record->epoch_count)) {
        return cli_record_fail_mixed(error, path);
    }
    record->logged = made;
    csv_add_steps(&record->text, record->log, 0, made);
    return WEFT_OK;
}

enum weft_status cli_record_resume(struct cli_training *train, struct weft_error *error) {
    struct cli_record *record = &train->record;
    const struct weft_epoch *epoch;
    for (size_t i = 0; (epoch = weft_checkpoint_epoch(train->from, i)) != NULL; i++) {
        TRY(cli_record_epoch(record, epoch, error));
    }
    record->complete_epochs = record->epoch_count;
    record->steps = weft_checkpoint_steps(train->from);
    TRY(take_history(train, error));
    return take_steps(train, error);
}

void cli_record_finish(struct cli_record *record) {
    free(record->epochs);
    free(record->log);
    free(text_take(&record->text));
    *record = (struct cli_record){0};
}

/* record.c: the epochs and steps of a training, in memory and as files. */
#include "cli/train/train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "os/files.h"

enum weft_status cli_record_epoch(struct cli_record *record, const struct weft_epoch *epoch,
                                  struct weft_error *error) {
    size_t count = record->epoch_count + 1;
    struct report_epoch *epochs = realloc(record->epochs, count * sizeof *epochs);
    if (epochs == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the history of %zu epochs", count);
    }
    record->epochs = epochs;
    epochs[record->epoch_count++] = (struct report_epoch){.epoch = count,
                                                          .accuracy = epoch->accuracy,
                                                          .total_loss = epoch->total_loss,
                                                          .mean_loss = epoch->mean_loss,
                                                          .seconds = epoch->seconds};
    return WEFT_OK;
}

/* Writes the steps from ${first} on. They are appended to the file: in a long training, writing all
 * steps again after each epoch would take most of the time. */
static enum weft_status write_steps(const struct cli_training *train, size_t first,
                                    struct weft_error *error) {
    const struct cli_record *record = &train->record;
    char path[4096];
    FILE *file = fopen(cli_run_path(train->run.path, "steps.csv", path), first == 0 ? "wb" : "ab");
    bool written = file != NULL;
    if (file != NULL) {
        csv_write_steps(file, record->log, first, record->logged);
        written = ferror(file) == 0;
        written = fclose(file) == 0 && written;
    }
    if (!written) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: cannot be written: %s", path, strerror(errno));
    }
    return WEFT_OK;
}

enum weft_status cli_record_steps(struct cli_training *train, const struct weft_epoch *epoch,
                                  struct weft_error *error) {
    struct cli_record *record = &train->record;
    size_t first = record->logged, batch = train->training.batch;
    struct report_step *log = realloc(record->log, (first + epoch->steps + 1) * sizeof *log);
    if (log == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for a record of %zu steps",
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
    return write_steps(train, first, error);
}

enum weft_status cli_record_write_history(const struct cli_training *train,
                                          struct weft_error *error) {
    struct os_file file = {0};
    char path[4096];
    TRY(os_file_create(&file, cli_run_path(train->run.path, "history.csv", path), error));
    csv_write_history(file.stream, train->record.epochs, train->record.epoch_count);
    return os_file_commit(&file, error);
}

/* Takes the validation of the finished epochs from history.csv, where it has any. */
static void take_validation(struct cli_training *train) {
    static const char *const names[] = {"epoch", "validation_accuracy", "validation_loss"};
    struct weft_error ignored = {0};
    double *values;
    size_t rows;
    char path[4096];
    cli_run_path(train->run.path, "history.csv", path);
    if (csv_read_columns(path, names, 3, &values, &rows, &ignored) != WEFT_OK) {
        return;
    }
    for (size_t i = 0; i < rows && i < train->record.epoch_count; i++) {
        struct report_epoch *epoch = &train->record.epochs[i];
        epoch->validation_accuracy = values[3 * i + 1];
        epoch->validation_loss = values[3 * i + 2];
        epoch->validated = values[3 * i] == (double)(i + 1) && epoch->validation_accuracy >= 0 &&
                           epoch->validation_loss >= 0;
    }
    free(values);
}

/* Takes the steps of the finished epochs from steps.csv. If the file is missing or of another run,
 * training goes on without them: the curves then show less. */
static enum weft_status take_steps(struct cli_training *train, struct weft_error *error) {
    struct cli_record *record = &train->record;
    char path[4096];
    struct weft_error ignored = {0};
    size_t count = 0;
    cli_run_path(train->run.path, "steps.csv", path);
    if (csv_read_steps(path, &record->log, &count, &ignored) != WEFT_OK || count < record->steps) {
        free(record->log);
        record->log = NULL;
        remove(path);
        return WEFT_OK;
    }
    record->logged = (size_t)record->steps;
    return write_steps(train, 0, error);
}

enum weft_status cli_record_resume(struct cli_training *train, struct weft_error *error) {
    const struct weft_checkpoint *checkpoint = train->from;
    struct cli_record *record = &train->record;
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        TRY(cli_record_epoch(record, &checkpoint->history[i], error));
    }
    record->complete_epochs = checkpoint->epochs;
    record->steps = checkpoint->steps;
    take_validation(train);
    return take_steps(train, error);
}

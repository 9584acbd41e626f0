/* steps.c: each step of a training: kept for the curves, and a line of steps.csv. */
#include "cli/train/train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/csv.h"

/* Makes room for ${more} steps. */
static enum weft_status grow(struct cli_training *train, size_t more, struct weft_error *error) {
    if (train->logged + more > train->log_room) {
        size_t room = 2 * train->log_room + more;
        struct report_step *log = realloc(train->log, room * sizeof *log);
        if (log == NULL) {
            return weft_fail(error, WEFT_FAILED, "no memory for a record of %zu steps", room);
        }
        train->log = log;
        train->log_room = room;
    }
    return WEFT_OK;
}

/* A finished epoch's lines are added to the file: a long training would spend its time writing all
 * of them again. */
static enum weft_status append(const struct cli_training *train, size_t first,
                               struct weft_error *error) {
    char path[4096];
    FILE *file = fopen(cli_run_path(&train->run, "steps.csv", path), first == 0 ? "wb" : "ab");
    bool written = file != NULL;
    if (file != NULL) {
        csv_write_steps(file, train->log, first, train->logged);
        written = ferror(file) == 0;
        written = fclose(file) == 0 && written;
    }
    if (!written) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: can not be written: %s", path, strerror(errno));
    }
    return WEFT_OK;
}

enum weft_status cli_train_log_steps(struct cli_training *train, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    size_t first = train->logged, batch = train->training.batch;
    enum weft_status status = grow(train, epoch->steps, error);
    if (status != WEFT_OK) {
        return status;
    }
    for (size_t i = 0; i < epoch->steps; i++) {
        size_t left = (size_t)epoch->images - i * batch;
        train->log[train->logged++] =
            (struct report_step){.epoch = (uint32_t)epoch->epoch,
                                 .images = (uint32_t)(left < batch ? left : batch),
                                 .correct = epoch->results[i].correct,
                                 .loss = epoch->results[i].loss};
    }
    return append(train, first, error);
}

/* A run that goes on keeps the steps of its finished epochs. A file that is missing or of another
 * run is no reason to stop: the curves have less to show then. */
enum weft_status cli_train_take_steps(struct cli_training *train, struct weft_error *error) {
    char path[4096];
    struct weft_error ignored = {0};
    size_t count = 0;
    cli_run_path(&train->run, "steps.csv", path);
    if (csv_read_steps(path, &train->log, &count, &ignored) != WEFT_OK || count < train->steps) {
        free(train->log);
        train->log = NULL;
        remove(path);
        return WEFT_OK;
    }
    train->logged = train->log_room = (size_t)train->steps;
    return append(train, 0, error);
}

void cli_train_take_validation(struct cli_training *train) {
    static const char *const names[] = {"epoch", "validation_accuracy", "validation_loss"};
    struct weft_error ignored = {0};
    double *values;
    size_t rows;
    char path[4096];
    cli_run_path(&train->run, "history.csv", path);
    if (csv_read_columns(path, names, 3, &values, &rows, &ignored) == WEFT_OK) {
        for (size_t i = 0; i < rows && i < train->epoch_count; i++) {
            struct report_epoch *history = &train->history[i];
            history->validation_accuracy = values[3 * i + 1];
            history->validation_loss = values[3 * i + 2];
            history->validated = values[3 * i] == (double)(i + 1) &&
                                 history->validation_accuracy >= 0 && history->validation_loss >= 0;
        }
        free(values);
    }
}

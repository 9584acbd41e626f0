/* events.c: the callbacks of a training: the bar, and what is written and printed after an
 * epoch. */
#include "cli/train/train.h"

#include "base/try.h"
#include "cli/train/resume.h"
#include "os/interrupt.h"

/* Counts the images seen after ${step} steps of ${epoch} (from 1), and those of the training. */
static void count_images(const struct cli_training *train, size_t epoch, size_t step,
                         uint64_t *done, uint64_t *total) {
    const struct weft_training *training = &train->training;
    uint64_t count = cli_train_images(train), batch = training->batch;
    uint64_t here = step * batch < count ? step * batch : count;
    uint64_t in_epoch = (count + batch - 1) / batch;
    *done = (epoch - 1) * count + here;
    *total = training->epochs * count;
    if (training->steps > 0 && training->steps < training->epochs * in_epoch) {
        uint64_t rest = training->steps % in_epoch * batch;
        *total = training->steps / in_epoch * count + (rest < count ? rest : count);
    }
}

static bool progress(void *context, size_t epoch, size_t step, size_t steps) {
    struct cli_training *train = context;
    uint64_t done, total;
    char label[64];
    (void)steps;
    if (os_interrupted()) {
        return false;
    }
    count_images(train, epoch, step, &done, &total);
    snprintf(label, sizeof label, "epoch %zu of %zu", epoch, train->training.epochs);
    cli_progress_update(&train->progress, label, done, total);
    return true;
}

/* Writes the files of ${epoch} before its line is printed: what the line reports is on the disk. */
static enum weft_status finish_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    struct cli_record *record = &train->record;
    bool partial = epoch->images < cli_train_images(train);
    struct report_epoch line = {.epoch = epoch->epoch,
                                .accuracy = epoch->accuracy,
                                .total_loss = epoch->total_loss,
                                .mean_loss = epoch->mean_loss,
                                .seconds = epoch->seconds};
    char path[4096];

    /* The record, in memory. */
    if (train->options.validate > 0) {
        TRY(cli_train_validate(train, &line, error));
    }
    TRY(cli_record_epoch(record, &line, error));
    record->complete_epochs += !partial;
    record->steps += epoch->steps;

    /* The files. A checkpoint is of complete epochs only. */
    TRY(cli_train_set_options(train, epoch->epoch, partial, error));
    cli_run_path(&train->run, "model.safetensors", path);
    TRY(weft_model_save(train->model, path, train->sha256, error));
    TRY(cli_record_write_history(record, &train->run, error));
    TRY(cli_record_steps(record, &train->run, epoch, train->training.batch, error));
    if (!partial) {
        TRY(cli_resume_save(train, error));
    }
    cli_progress_wipe(&train->progress);
    return cli_train_print_epoch(train, epoch, error);
}

static bool epoch_done(void *context, const struct weft_epoch *epoch) {
    struct cli_training *train = context;
    return finish_epoch(train, epoch, &train->failure) == WEFT_OK && !os_interrupted();
}

struct weft_training_events cli_train_events(struct cli_training *train) {
    return (struct weft_training_events){
        .progress = progress, .epoch = epoch_done, .context = train};
}

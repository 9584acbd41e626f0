/* events.c: the callbacks of a training: the bar, and what is written and printed after an
 * epoch. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/try.h"
#include "os/process.h"

size_t cli_train_images(const struct cli_training *train) {
    return weft_images_count(train->images[WEFT_SPLIT_TRAIN]) - (size_t)train->options.validate;
}

size_t cli_train_batch(const struct cli_training *train) {
    const size_t count = cli_train_images(train);
    return train->options.batch < count ? (size_t)train->options.batch : count;
}

uint64_t cli_train_total(const struct cli_training *train) {
    const uint64_t count = cli_train_images(train), batch = cli_train_batch(train);
    const uint64_t all = train->options.epochs * ((count + batch - 1) / batch);
    return train->options.steps > 0 && train->options.steps < all ? train->options.steps : all;
}

/* Counts the images seen after ${step} steps of ${epoch} (from 1), and those of the training. */
static void count_images(const struct cli_training *train, size_t epoch, size_t step,
                         uint64_t *done, uint64_t *total) {
    const uint64_t count = cli_train_images(train), batch = cli_train_batch(train);
    const uint64_t epochs = train->options.epochs, steps = train->options.steps;
    const uint64_t here = step * batch < count ? step * batch : count;
    const uint64_t in_epoch = (count + batch - 1) / batch;
    *done = (epoch - 1) * count + here;
    *total = epochs * count;
    if (steps > 0 && steps < epochs * in_epoch) {
        uint64_t rest = steps % in_epoch * batch;
        *total = steps / in_epoch * count + (rest < count ? rest : count);
    }
}

#define LONG_SAVE 4000000 /* parameters, whose files take a second */

bool cli_train_progress(void *context, size_t epoch, size_t step, size_t steps) {
    struct cli_training *train = context;
    uint64_t done, total;
    char label[64];
    (void)steps;
    if (os_interrupted()) {
        return false;
    }
    count_images(train, epoch, step, &done, &total);
    snprintf(label, sizeof label, "epoch %zu of %llu", epoch,
             (unsigned long long)train->options.epochs);
    cli_progress_update(&train->progress, label, done, total, cli_train_batch(train));
    return true;
}

/* Evaluates the images that are held out, into ${epoch}. */
static enum weft_status validate(const struct cli_training *train, struct report_epoch *epoch,
                                 struct weft_error *error) {
    struct weft_evaluation result = WEFT_EVALUATION;
    TRY(weft_evaluate(train->session, train->held_out, NULL, &result, error));
    epoch->validated = true;
    epoch->validation_accuracy = result.accuracy;
    epoch->validation_loss = result.loss;
    return WEFT_OK;
}

/* Adds ${epoch} to the record, in memory. */
static enum weft_status record_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                     bool partial, struct weft_error *error) {
    struct cli_record *record = &train->record;
    TRY(cli_record_epoch(record, epoch, error));
    TRY(cli_record_steps(train, epoch, error));
    if (train->held_out != NULL) {
        enum weft_status status = validate(train, &record->epochs[record->epoch_count - 1], error);
        if (status != WEFT_OK) {
            record->epoch_count--; /* the run folder has no model of this epoch */
            return status;
        }
    }
    record->complete_epochs += !partial;
    record->steps += epoch->steps;
    return WEFT_OK;
}

static enum weft_status save_model(struct cli_training *train, size_t epochs, bool partial,
                                   struct weft_error *error) {
    struct weft_model *model;
    enum weft_status status;
    TRY(weft_session_model(train->session, &model, error));
    status = cli_train_save_model(train, model, epochs, partial, error);
    weft_model_destroy(model);
    return status;
}

/* Writes the files of ${epoch}. A checkpoint is of complete epochs only. */
static enum weft_status save_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                   bool partial, struct weft_error *error) {
    const bool keep_best = train->options.keep == CLI_KEEP_BEST;
    const bool save = cli_best_update(train);
    if (save && !keep_best) {
        TRY(save_model(train, epoch->epoch, partial, error));
    }
    TRY(cli_record_write(train, error));
    if (!partial) {
        TRY(cli_resume_save(train, error));
    }
    /* The last one: see best.c. */
    return save && keep_best ? save_model(train, epoch->epoch, partial, error) : WEFT_OK;
}

/* Writes the files of ${epoch} before its line is printed: what the line reports is on the disk. An
 * interrupt does not lose the epoch. */
static enum weft_status finish_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    const bool partial = epoch->images < cli_train_images(train);
    TRY(record_epoch(train, epoch, partial, error));
    if (weft_network_parameters(weft_model_network(train->model)) > LONG_SAVE) {
        cli_progress_text(&train->progress, "saving the epoch");
    }
    TRY(cli_run_keep(&train->run, error));
    TRY(save_epoch(train, epoch, partial, error));
    cli_progress_wipe(&train->progress);
    return cli_train_print_epoch(train, epoch, error);
}

bool cli_train_epoch(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct cli_training *train = context;
    (void)learning_rate;
    return finish_epoch(train, epoch, &train->failure) == WEFT_OK && !os_interrupted();
}

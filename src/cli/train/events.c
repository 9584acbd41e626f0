/* events.c: the callbacks of a training: the bar, and what is written and printed after an
 * epoch. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/try.h"
#include "cli/parser.h"
#include "os/process.h"

/* ---- --validate: images that are held out of training and evaluated after each epoch ----
 *
 * They are the last images of the training file, so the device has them already: training takes its
 * images from those before them. Their evaluation changes no bit of the training. */

size_t cli_train_images(const struct cli_training *train) {
    return train->images[WEFT_SPLIT_TRAIN].count - (size_t)train->options.validate;
}

const char *const *cli_train_classes(const struct cli_training *train) {
    return (const char *const *)train->model->classes;
}

/* A resumed run holds out the images that the checkpoint was not trained on. */
static void take_from_checkpoint(struct cli_training *train) {
    size_t count = train->images[WEFT_SPLIT_TRAIN].count;
    if (train->checksum == train->from->checksum && count >= train->from->images &&
        !cli_options_given(&train->options.common, "validate")) {
        train->options.validate = count - train->from->images;
    }
}

enum weft_status cli_train_check_validate(struct cli_training *train, struct weft_error *error) {
    if (train->from != NULL) {
        take_from_checkpoint(train);
    }
    if (train->options.validate >= train->images[WEFT_SPLIT_TRAIN].count) {
        return error_set(error, WEFT_USAGE, "--validate %llu: there are %zu training images",
                         (unsigned long long)train->options.validate,
                         train->images[WEFT_SPLIT_TRAIN].count);
    }
    return WEFT_OK;
}

/* Evaluates the held-out images on the device as it is now, into ${epoch}. */
static enum weft_status validate(const struct cli_training *train, struct report_epoch *epoch,
                                 struct weft_error *error) {
    const struct weft_images *images = &train->images[WEFT_SPLIT_TRAIN];
    size_t batch = train->training.batch, correct = 0;
    uint32_t *predictions = malloc(batch * sizeof *predictions);
    float *losses = malloc(batch * sizeof *losses);
    double loss = 0, count = (double)train->options.validate;
    enum weft_status status = WEFT_OK;
    if (predictions == NULL || losses == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "validation: no memory");
        goto done;
    }
    for (size_t first = cli_train_images(train); first < images->count; first += batch) {
        size_t left = images->count - first;
        struct evaluation_pass pass = {.set = WEFT_SPLIT_TRAIN,
                                       .statistics = WEFT_STATISTICS_RUNNING,
                                       .first = first,
                                       .count = left < batch ? left : batch,
                                       .losses = losses,
                                       .predictions = predictions};
        TRY_OR(done, backend_evaluate(train->backend, &pass, error));
        for (size_t i = 0; i < pass.count; i++) {
            correct += predictions[i] == images->labels[first + i];
            loss += (double)losses[i];
        }
    }
    epoch->validated = true;
    epoch->validation_accuracy = (double)correct / count;
    epoch->validation_loss = loss / count;
done:
    free(predictions);
    free(losses);
    return status;
}

/* ---- the callbacks ---- */

/* Counts the images seen after ${step} steps of ${epoch} (from 1), and those of the training. */
static void count_images(const struct cli_training *train, size_t epoch, size_t step,
                         uint64_t *done, uint64_t *total) {
    const struct training *training = &train->training;
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

#define LONG_SAVE 4000000 /* parameters, whose files take a second */

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
    cli_progress_update(&train->progress, label, done, total, train->training.batch);
    return true;
}

/* Writes the files of ${epoch} before its line is printed: what the line reports is on the disk. */
static enum weft_status finish_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    struct cli_record *record = &train->record;
    bool partial = epoch->images < cli_train_images(train);
    char path[4096];

    /* The record, in memory. */
    TRY(cli_record_epoch(record, epoch, error));
    TRY(cli_record_steps(train, epoch, error));
    if (train->options.validate > 0) {
        enum weft_status status = validate(train, &record->epochs[record->epoch_count - 1], error);
        if (status != WEFT_OK) {
            record->epoch_count--; /* the run folder has no model of this epoch */
            return status;
        }
    }
    record->complete_epochs += !partial;
    record->steps += epoch->steps;

    /* The files. A checkpoint is of complete epochs only. An interrupt does not lose the epoch. */
    if (train->model->network->parameter_count > LONG_SAVE) {
        cli_progress_text(&train->progress, "saving the epoch");
    }
    TRY(cli_run_keep(&train->run, error));
    TRY(cli_train_set_options(train, epoch->epoch, partial, error));
    cli_run_path(train->run.path, "model.safetensors", path);
    TRY(model_save(train->model, path, train->sha256, error));
    TRY(cli_record_write(train, error));
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

struct training_events cli_train_events(struct cli_training *train) {
    return (struct training_events){.progress = progress, .epoch = epoch_done, .context = train};
}

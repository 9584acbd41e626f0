/* events.c: the callbacks of a training: the bar, the line of an epoch, the files after
 * it. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/json_write.h"
#include "cli/text_wrap.h"
#include "os/interrupt.h"

/* Images seen after ${step} steps of ${epoch} (from 1), and those of the whole training. */
static void count_images(const struct cli_training *train, size_t epoch, size_t step,
                         uint64_t *done, uint64_t *total) {
    uint64_t count = cli_train_images(train), batch = train->training.batch;
    uint64_t here = step * batch < count ? step * batch : count;
    uint64_t in_epoch = (count + batch - 1) / batch;
    *done = (epoch - 1) * count + here;
    *total = train->training.epochs * count;
    if (train->training.steps > 0 && train->training.steps < train->training.epochs * in_epoch) {
        uint64_t rest = train->training.steps % in_epoch * batch;
        *total = train->training.steps / in_epoch * count + (rest < count ? rest : count);
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

/* Adds the epoch to the history, whose memory grows by doubling. */
static enum weft_status remember(struct cli_training *train, const struct weft_epoch *epoch,
                                 struct weft_error *error) {
    size_t count = train->epoch_count;
    if ((count & (count - 1)) == 0) { /* 0 or a power of two: full */
        size_t wanted = count == 0 ? 1 : 2 * count;
        struct report_epoch *history = realloc(train->history, wanted * sizeof *train->history);
        if (history == NULL) {
            return weft_fail(error, WEFT_FAILED, "no memory for the history of %zu epochs", wanted);
        }
        train->history = history;
    }
    train->history[count] = (struct report_epoch){epoch->epoch, epoch->accuracy, epoch->total_loss,
                                                  epoch->mean_loss, epoch->seconds};
    if (train->options.validate > 0) {
        enum weft_status status = cli_train_validate(train, &train->history[count], error);
        if (status != WEFT_OK) {
            return status;
        }
    }
    train->epoch_count++;
    train->steps += epoch->steps;
    return WEFT_OK;
}

static enum weft_status print_epoch(struct cli_training *train, const struct weft_epoch *epoch,
                                    struct weft_error *error) {
    struct json_writer json = {0};
    cli_progress_wipe(&train->progress);
    if (train->silent) {
        return WEFT_OK;
    }
    if (!train->options.common.json) {
        const struct report_epoch *history = &train->history[train->epoch_count - 1];
        char held[80] = "";
        if (history->validated) {
            snprintf(held, sizeof held, ", held out: accuracy %.4f, loss %.4f",
                     history->validation_accuracy, history->validation_loss);
        }
        cli_text_line(2, "epoch: %zu, accuracy: %.4f, total loss: %.2f, seconds: %.2f%s",
                      epoch->epoch, epoch->accuracy, epoch->total_loss, epoch->seconds, held);
        fflush(stdout);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "epoch");
    cli_train_json_epoch(&json, &train->history[train->epoch_count - 1]);
    json_write_integer(&json, "images", epoch->images);
    json_write_integer(&json, "correct", epoch->correct);
    json_write_integer(&json, "steps", epoch->steps);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* The model and the history are on the disk before the epoch's line says so. */
static bool epoch_done(void *context, const struct weft_epoch *epoch) {
    struct cli_training *train = context;
    struct weft_error *error = &train->said;
    bool partial = epoch->images < cli_train_images(train);
    train->whole_epochs += !partial;
    return remember(train, epoch, error) == WEFT_OK &&
           cli_train_set_options(train, epoch->epoch, partial, error) == WEFT_OK &&
           weft_model_save(train->model, train->model_path, train->sha256, error) == WEFT_OK &&
           cli_train_write_history(train, error) == WEFT_OK &&
           cli_train_log_steps(train, epoch, error) == WEFT_OK &&
           (partial || cli_train_save_checkpoint(train, error) == WEFT_OK) &&
           print_epoch(train, epoch, error) == WEFT_OK && !os_interrupted();
}

struct weft_training_events cli_train_events(struct cli_training *train) {
    return (struct weft_training_events){
        .progress = progress, .epoch = epoch_done, .context = train};
}

/* validate.c: weft train --validate: images that are held out of training, looked at after each
 * epoch.
 *
 * They are the last ones of the training file, so that the device has them already: training takes
 * its images from those before them. Looking at them changes no bit of the training. */
#include "cli/train/train.h"

#include <stdlib.h>

size_t cli_train_images(const struct cli_training *train) {
    return train->images[WEFT_SPLIT_TRAIN].count - (size_t)train->options.validate;
}

/* A run that goes on holds out what it held out before: what the checkpoint did not train on. */
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
        return weft_fail(error, WEFT_USAGE, "--validate %llu: there are %zu training images",
                         (unsigned long long)train->options.validate,
                         train->images[WEFT_SPLIT_TRAIN].count);
    }
    return WEFT_OK;
}

enum weft_status cli_train_validate(const struct cli_training *train, struct report_epoch *history,
                                    struct weft_error *error) {
    const struct weft_images *images = &train->images[WEFT_SPLIT_TRAIN];
    size_t batch = train->training.batch, correct = 0;
    uint32_t *predictions = malloc(batch * sizeof *predictions);
    float *losses = malloc(batch * sizeof *losses);
    double loss = 0;
    enum weft_status status = WEFT_OK;
    if (predictions == NULL || losses == NULL) {
        status = weft_fail(error, WEFT_FAILED, "validation: no memory");
    }
    for (size_t first = cli_train_images(train); status == WEFT_OK && first < images->count;
         first += batch) {
        size_t left = images->count - first;
        struct weft_pass pass = {.split = WEFT_SPLIT_TRAIN,
                                 .statistics = WEFT_STATISTICS_RUNNING,
                                 .first = first,
                                 .count = left < batch ? left : batch,
                                 .losses = losses,
                                 .predictions = predictions};
        status = weft_backend_evaluate(train->backend, &pass, error);
        for (size_t i = 0; status == WEFT_OK && i < pass.count; i++) {
            correct += predictions[i] == images->labels[first + i];
            loss += (double)losses[i];
        }
    }
    free(predictions);
    free(losses);
    if (status == WEFT_OK) {
        history->validated = true;
        history->validation_accuracy = (double)correct / (double)train->options.validate;
        history->validation_loss = loss / (double)train->options.validate;
    }
    return status;
}

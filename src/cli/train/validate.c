/* validate.c: weft train --validate: images that are held out of training and evaluated after each
 * epoch.
 *
 * They are the last images of the training file, so the device has them already: training takes its
 * images from those before them. Their evaluation changes no bit of the training. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/try.h"
#include "cli/parser.h"

size_t cli_train_images(const struct cli_training *train) {
    return train->images[WEFT_SPLIT_TRAIN].count - (size_t)train->options.validate;
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
        return weft_fail(error, WEFT_USAGE, "--validate %llu: there are %zu training images",
                         (unsigned long long)train->options.validate,
                         train->images[WEFT_SPLIT_TRAIN].count);
    }
    return WEFT_OK;
}

enum weft_status cli_train_validate(const struct cli_training *train, struct report_epoch *epoch,
                                    struct weft_error *error) {
    const struct weft_images *images = &train->images[WEFT_SPLIT_TRAIN];
    size_t batch = train->training.batch, correct = 0;
    uint32_t *predictions = malloc(batch * sizeof *predictions);
    float *losses = malloc(batch * sizeof *losses);
    double loss = 0, count = (double)train->options.validate;
    enum weft_status status = WEFT_OK;
    if (predictions == NULL || losses == NULL) {
        status = weft_fail(error, WEFT_FAILED, "validation: no memory");
        goto done;
    }
    for (size_t first = cli_train_images(train); first < images->count; first += batch) {
        size_t left = images->count - first;
        struct weft_pass pass = {.split = WEFT_SPLIT_TRAIN,
                                 .statistics = WEFT_STATISTICS_RUNNING,
                                 .first = first,
                                 .count = left < batch ? left : batch,
                                 .losses = losses,
                                 .predictions = predictions};
        TRY_OR(done, weft_backend_evaluate(train->backend, &pass, error));
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

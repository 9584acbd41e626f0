/* sanity.c: whether a training learned anything. */
#include "cli/train/train.h"

#include <math.h>

#define GUESS_STEPS 100 /* before that, guessing is no failure yet */

static bool only_rises(const struct report_epoch *epochs, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (!(epochs[i].mean_loss > epochs[i - 1].mean_loss)) {
            return false;
        }
    }
    return count >= 2;
}

enum weft_status cli_train_check_sanity(const struct cli_training *train,
                                        struct weft_error *error) {
    const struct cli_record *record = &train->record;
    const struct report_evaluation *evaluations = train->evaluations;
    double classes = (double)evaluations[WEFT_SPLIT_TRAIN].classes;
    const struct report_epoch *last = &record->epochs[record->epoch_count - 1];
    if (only_rises(record->epochs, record->complete_epochs)) {
        error_set(error, WEFT_FAILED,
                  "training learned nothing: the mean loss rose with each epoch, from %.4f to %.4f",
                  record->epochs[0].mean_loss,
                  record->epochs[record->complete_epochs - 1].mean_loss);
        return error_hint(error, "try another --lr; the default is 0.01");
    }
    if (record->steps >= GUESS_STEPS && !(last->mean_loss < log(classes)) &&
        last->accuracy < 1.5 / classes) {
        error_set(error, WEFT_FAILED,
                  "training learned nothing: the last epoch is no better than guessing: accuracy "
                  "%.4f, mean loss %.4f",
                  last->accuracy, last->mean_loss);
        return error_hint(error, "try another --lr; the default is 0.01");
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (!isfinite(evaluations[i].loss)) {
            return error_set(error, WEFT_DIVERGED,
                             "training diverged: %s split: the loss is not a finite number",
                             weft_split_name((enum weft_split)i));
        }
    }
    return WEFT_OK;
}

/* sanity.c: a training that learned nothing must not look like one that did. */
#include "cli/train/train.h"

#include <math.h>

#define GUESS_STEPS 100 /* before that, guessing is no failure yet */

const char cli_train_notes[] =
    "Ctrl-C keeps the last whole epoch for --resume. Exit code 1: it learned nothing.\n";

const char cli_train_details[] =
    "A training that learned nothing ends with exit code 1, after its files were written:\n"
    "- two epochs or more, and the mean loss of each is higher than that of the one before;\n"
    "- 100 steps or more, and the last epoch is no better than guessing: its mean loss is not\n"
    "  below ln(classes) and less than 1.5 / classes of its images are right.\n"
    "\n"
    "A loss that is no number ends it at once, also with 1; the files of the last whole epoch "
    "stay.\n"
    "\n"
    "Ctrl-C stops with exit code 130; --resume then comes to the same bits as without the stop. "
    "A second Ctrl-C ends it at once.\n"
    "\n"
    "Without --out the folder is the first of run-1, run-2, ... that is not there.\n";

static bool only_rises(const struct report_epoch *history, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (!(history[i].mean_loss > history[i - 1].mean_loss)) {
            return false;
        }
    }
    return count >= 2;
}

enum weft_status cli_train_learned(const struct weft_train *train, struct weft_error *error) {
    double classes = (double)train->images[WEFT_SPLIT_TRAIN].classes;
    const struct report_epoch *last = &train->history[train->epoch_count - 1];
    if (only_rises(train->history, train->whole_epochs)) {
        weft_fail(error, WEFT_FAILED,
                  "training learned nothing: the mean loss rose with each epoch, from %.4f to %.4f",
                  train->history[0].mean_loss, train->history[train->whole_epochs - 1].mean_loss);
        return weft_error_hint(error, "try another --lr; the default is 0.01");
    }
    if (train->steps >= GUESS_STEPS && !(last->mean_loss < log(classes)) &&
        last->accuracy < 1.5 / classes) {
        weft_fail(error, WEFT_FAILED,
                  "training learned nothing: the last epoch is no better than guessing: accuracy "
                  "%.4f, mean loss %.4f",
                  last->accuracy, last->mean_loss);
        return weft_error_hint(error, "try another --lr; the default is 0.01");
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (!isfinite(train->evaluations[i].loss)) {
            return weft_fail(error, WEFT_FAILED,
                             "training diverged: %s split: the loss is not a finite number",
                             weft_split_name((enum weft_split)i));
        }
    }
    return WEFT_OK;
}

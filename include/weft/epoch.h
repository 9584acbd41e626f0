/* epoch.h: what a training reports. */
#ifndef WEFT_EPOCH_H
#define WEFT_EPOCH_H

#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

/* The result of a training step, from before its update. */
struct weft_step_result {
    float loss;       /* the mean loss of the batch */
    uint32_t correct; /* images whose largest logit is that of their label */
};

/* The result of an epoch, as the notebook prints it: measured on each batch before its update, in
 * training mode. */
struct weft_epoch {
    size_t size;
    size_t epoch;                           /* from 1 */
    uint64_t images;                        /* of the epoch */
    uint64_t correct;                       /* images whose largest logit is that of their label */
    double accuracy;                        /* correct / images */
    double total_loss;                      /* sum of the mean losses of the steps */
    double mean_loss;                       /* total_loss / steps */
    double seconds;                         /* wall-clock time */
    size_t steps;                           /* of the epoch */
    const struct weft_step_result *results; /* of each step; valid during the callback */
    float learning_rate;                    /* of the last step */
};

WEFT_END

#endif

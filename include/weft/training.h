/* training.h: what a training is asked to do, and what it reports: plain data, without functions
 * that train (weft/train.h). */
#ifndef WEFT_TRAINING_H
#define WEFT_TRAINING_H

#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

struct weft_step_result; /* weft/backend.h */

/* The order of the images in an epoch: shuffled anew for each epoch, or as in the file. */
enum weft_order { WEFT_ORDER_SHUFFLED, WEFT_ORDER_FILE };

/* How linear layers and convolutions are computed. Exact: by the contract of equal bits. Fast:
 * as products of matrices by CLBlast, on OpenCL devices only; bits may then differ even from one
 * run to the next. */
enum weft_math { WEFT_MATH_EXACT, WEFT_MATH_FAST };

/* The state that a training continues from: after complete epochs, with the model of that time. */
struct weft_training_start {
    size_t epochs;               /* finished epochs */
    uint64_t steps;              /* made in these epochs */
    const float *moments;        /* Adam's, laid out as the parameters */
    const float *second_moments; /* Adam's, laid out as the parameters */
};

/* What determines the bits of a training, in addition to network, data and initial values. */
struct weft_training {
    size_t epochs;       /* at least 1 */
    size_t batch;        /* images of a step, at least 1 */
    float learning_rate; /* Adam's */
    uint64_t seed;       /* of the shuffles; initial values have one in weft_model_initialise */
    enum weft_order order;
    uint64_t steps; /* the training ends after this number of steps in total; 0: after the epochs */
    const struct weft_training_start *start; /* NULL: from the beginning */
};

/* The result of an epoch, as the notebook prints it: measured on each batch before its update, in
 * training mode. */
struct weft_epoch {
    size_t epoch;                           /* from 1 */
    uint64_t images;                        /* of the epoch */
    uint64_t correct;                       /* images whose largest logit is that of their label */
    double accuracy;                        /* correct / images */
    double total_loss;                      /* sum of the mean losses of the steps */
    double mean_loss;                       /* total_loss / steps */
    double seconds;                         /* wall-clock time */
    size_t steps;                           /* of the epoch */
    const struct weft_step_result *results; /* of each step; valid during the callback */
};

WEFT_END

#endif

/* training.h: what a training is asked to do, and what it reports: plain data, without functions
 * that train (train/train_model.h). */
#ifndef WEFT_DATA_TRAINING_H
#define WEFT_DATA_TRAINING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "weft/epoch.h"
#include "weft/options.h"

/* The state that a training continues from: after complete epochs, with the model of that time. */
struct training_start {
    size_t epochs;               /* finished epochs */
    uint64_t steps;              /* made in these epochs */
    const float *moments;        /* Adam's, laid out as the parameters. NULL: the device has */
    const float *second_moments; /* these and the values of the model already */
};

/* What determines the bits of a training, in addition to network, data and initial values. */
struct training {
    size_t epochs;       /* at least 1 */
    size_t batch;        /* images of a step, at least 1 */
    float learning_rate; /* Adam's */
    uint64_t seed;       /* of the shuffles; initial values have one in model_initialise */
    enum weft_order order;
    uint64_t steps; /* the training ends after this number of steps in total; 0: after the epochs */
    const struct training_start *start; /* NULL: from the beginning */
    size_t set; /* of the backend that has the images (backend_set_images) */
};

#endif

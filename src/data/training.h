/* training.h: what a training is asked to do, and what it reports: plain data, without functions
 * that train (train/train_model.h). */
#ifndef WEFT_DATA_TRAINING_H
#define WEFT_DATA_TRAINING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/recipe.h"
#include "weft/epoch.h"
#include "weft/options.h"
#include "weft/recipe.h"

struct json_t;
struct json_writer;

/* What was trained before. The device has the values of that time, and Adam's. */
struct training_start {
    size_t epochs;  /* finished epochs */
    uint64_t steps; /* made in these epochs, and apart from them */
};

/* The sum of the parameters after the last epochs: of a training with recipe.average that is not
 * finished. */
struct training_average {
    float *sum;    /* as long as the parameters */
    size_t epochs; /* whose values are in the sum; 0: it has no value */
};

/* What determines the bits of a training, in addition to network, data and initial values. A
 * checkpoint has all but the last three members: the rows of training.c. */
struct training {
    size_t epochs;       /* at least 1 */
    size_t batch;        /* images of a step, at least 1 */
    float learning_rate; /* the largest, with a schedule */
    uint64_t seed;       /* of the shuffles; initial values have one in model_initialise */
    enum weft_order order;
    uint64_t steps; /* the training ends after this number of steps in total; 0: after the epochs */
    struct weft_recipe recipe;
    const struct training_start *start; /* NULL: from the beginning */
    struct training_average *average;   /* with recipe.average: of what was trained before */
    size_t set; /* of the backend that has the images (backend_set_images) */
};

/* Adds ${training} as the member ${key}, an object. */
void training_write(struct json_writer *json, const char *key, const struct training *training);

/* Reads this object into ${training}. It must have all members but those of the recipe, which are
 * missing if they are 0. Fails with WEFT_BAD_FILE and the name of the member that is missing or
 * wrong. */
enum weft_status training_read(const struct json_t *json, struct training *training,
                               struct weft_error *error);

#endif

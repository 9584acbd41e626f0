/* train_model.h: training and evaluation of a model on any backend. */
#ifndef WEFT_TRAIN_TRAIN_MODEL_H
#define WEFT_TRAIN_TRAIN_MODEL_H

#include "backend/backend.h"
#include "data/model.h"
#include "data/training.h"
#include "train/optimizer.h"

/* Returns the training of the notebook: 5 epochs of shuffled images, batch 100, learning rate 0.01,
 * seed 0. */
struct training training_default(void);

/* Returns the steps from the beginning of the values to the end of ${training} of ${images} images:
 * those before training->start, and those of the epochs that are left, within training->steps. */
uint64_t train_model_steps(const struct training *training, size_t images);

/* Returns the number of the last epoch of ${training} of ${images} images. */
size_t train_model_last_epoch(const struct training *training, size_t images);

/* Fails with WEFT_USAGE, and the name of the member of the recipe, if ${training} of ${images}
 * images has too few steps or epochs for it. */
enum weft_status train_model_check(const struct training *training, size_t images,
                                   struct weft_error *error);

/* Callbacks of a training; each may be NULL. A callback that returns false stops the training with
 * WEFT_INTERRUPTED. To stop in the middle of a step, too, give the backend a backend_watch. */
struct training_events {
    /* Called a few times a second, after ${step} of the ${steps} steps of ${epoch}; less often if a
     * step takes longer. */
    bool (*progress)(void *context, size_t epoch, size_t step, size_t steps);
    /* Called after each epoch; the model holds its result. */
    bool (*epoch)(void *context, const struct weft_epoch *epoch);
    void *context; /* passed to the callbacks */
};

/* Trains ${model} on the first ${images} images of set training->set of ${backend}. ${backend} was
 * opened with model->network and a batch of at least training->batch, and backend_set_images and
 * backend_set_pixels were called. Writes the values of the model to the device first, unless the
 * device has them (training->start), and reads them back after each epoch, so that the epoch
 * callback may save the model. Both ${model} and ${backend} stay the caller's. When the training is
 * interrupted, ${model} is that of the last finished epoch. With recipe.average the values become
 * the mean after the last epoch, before its callback. Fails with WEFT_USAGE for a training without
 * epochs, images or batch, with WEFT_DIVERGED when the loss or a parameter becomes infinite or NaN,
 * and as backend_train does. */
enum weft_status train_model(struct weft_model *model, struct backend *backend, size_t images,
                             const struct training *training, const struct training_events *events,
                             struct weft_error *error);

/* Stores the order of ${count} images in epoch ${epoch} (from 1) in ${order}: a permutation of
 * 0 .. count - 1 that depends on ${seed} and ${epoch} only. */
void shuffle_images(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count);

/* How a model is evaluated. */
struct evaluation_options {
    size_t set;                      /* the images: of backend_set_images */
    size_t first, count;             /* those from ${first} on; count 0: to the last one */
    enum weft_statistics statistics; /* that batch norm uses */
    /* Images of a batch, at least 1. With WEFT_STATISTICS_BATCH the statistics are those of a
     * batch; with WEFT_STATISTICS_RUNNING the size of a batch changes only the speed, and a pass
     * may have several. */
    size_t batch;
    bool average_flips; /* the logits are those of flips.h */
    /* Called after each pass with the number of evaluated images and of all images. May be NULL.
     * Returns false to stop with WEFT_INTERRUPTED. */
    bool (*progress)(void *context, size_t done, size_t images);
    void *context; /* passed to the callback */
    /* Where to store the matrix, classes x classes: a row for each true class, a column for each
     * predicted one; and the logits, images x classes. Either may be NULL. */
    uint64_t *confusion;
    float *logits;
};

/* The result of a model on a split. */
struct evaluation {
    size_t images, correct, classes;
    double accuracy; /* correct / images */
    double loss;     /* mean cross entropy */
};

/* Evaluates the parameters and buffers that ${backend} holds on its images and labels of
 * options->set (backend_set_images). Fails with WEFT_USAGE when it has no such images or
 * options->batch is 0, and as backend_evaluate does. */
enum weft_status evaluate_images(struct backend *backend, const struct evaluation_options *options,
                                 struct evaluation *evaluation, struct weft_error *error);

#endif

/* train.h: training and evaluation of a model on any backend. */
#ifndef WEFT_TRAIN_H
#define WEFT_TRAIN_H

#include "weft/backend.h"
#include "weft/model.h"
#include "weft/training.h"

WEFT_BEGIN

/* Returns the training of the notebook: 5 epochs of shuffled images, batch 100, learning rate 0.01,
 * seed 0. */
WEFT_API struct weft_training weft_training_default(void);

/* Callbacks of a training; each may be NULL. A callback that returns false stops the training with
 * WEFT_INTERRUPTED. To stop also in the middle of a step, give the backend a struct weft_watch. */
struct weft_training_events {
    /* Called a few times a second, after ${step} of the ${steps} steps of ${epoch}; less often if a
     * step takes longer. */
    bool (*progress)(void *context, size_t epoch, size_t step, size_t steps);
    /* Called after each epoch; the model holds its result. */
    bool (*epoch)(void *context, const struct weft_epoch *epoch);
    void *context; /* passed to the callbacks */
};

/* Trains ${model} on the first ${images} training images of ${backend}. ${backend} was opened with
 * model->network and a batch of at least training->batch, and weft_backend_set_images and
 * weft_backend_set_pixels were called. Writes the values of the model to the device first, and
 * reads them back after each epoch, so that the epoch callback may save the model. Both ${model}
 * and ${backend} stay the caller's. When the training is interrupted, ${model} is that of the last
 * finished epoch. Fails with WEFT_USAGE for a training without epochs, images or
 * batch, with WEFT_FAILED when the loss or a parameter becomes infinite or NaN, and as
 * weft_backend_train does. */
WEFT_API enum weft_status weft_train(struct weft_model *model, struct weft_backend *backend,
                                     size_t images, const struct weft_training *training,
                                     const struct weft_training_events *events,
                                     struct weft_error *error);

/* Returns Adam's constants for step ${t} (from 1): beta1 0.9, beta2 0.999, eps 1e-8, with bias
 * correction. */
WEFT_API struct weft_adam weft_adam_step(float learning_rate, uint64_t t);

/* Stores the order of ${count} images in epoch ${epoch} (from 1) in ${order}: a permutation of
 * 0 .. count - 1 that depends on ${seed} and ${epoch} only. */
WEFT_API void weft_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count);

/* How a model is evaluated. */
struct weft_evaluation_options {
    enum weft_split split;           /* the images */
    enum weft_statistics statistics; /* that batch norm uses */
    /* Images of a pass, at least 1. With WEFT_STATISTICS_BATCH the statistics are those of a pass;
     * with WEFT_STATISTICS_RUNNING the size of a pass changes only the speed. */
    size_t batch;
    /* Called after each pass with the number of evaluated images and of all images. May be NULL.
     * Returns false to stop with WEFT_INTERRUPTED. */
    bool (*progress)(void *context, size_t done, size_t images);
    void *context;    /* passed to the callback */
    bool want_logits; /* store the logits in the evaluation */
};

/* The result of a model on a split. Free with weft_evaluation_finish. */
struct weft_evaluation {
    size_t images, correct, classes;
    double accuracy;     /* correct / images */
    double loss;         /* mean cross entropy */
    uint64_t *confusion; /* classes x classes: a row for each true class, a column a prediction */
    float *logits;       /* images x classes, or NULL without want_logits */
};

/* Evaluates the parameters and buffers that ${backend} holds on its images and labels of
 * options->split (weft_backend_set_images). Fails with WEFT_USAGE when it has no such images or
 * options->batch is 0, and as weft_backend_evaluate does; then ${evaluation} holds nothing. */
WEFT_API enum weft_status weft_evaluate(struct weft_backend *backend,
                                        const struct weft_evaluation_options *options,
                                        struct weft_evaluation *evaluation,
                                        struct weft_error *error);

/* Writes the logits of ${evaluation} to ${path}: safetensors with one tensor "logits" (images x
 * classes). Fails with WEFT_BAD_FILE, and with WEFT_USAGE for an evaluation without logits. */
WEFT_API enum weft_status weft_evaluation_save_logits(const struct weft_evaluation *evaluation,
                                                      const char *path, struct weft_error *error);

/* Frees what ${evaluation} holds and leaves it all zero. Harmless on all zero. */
WEFT_API void weft_evaluation_finish(struct weft_evaluation *evaluation);

WEFT_END

#endif

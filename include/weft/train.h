/* train.h: training and evaluation of a model on any backend. */
#ifndef WEFT_TRAIN_H
#define WEFT_TRAIN_H

#include "weft/backend.h"
#include "weft/model.h"

WEFT_BEGIN

enum weft_order { WEFT_ORDER_SHUFFLED, WEFT_ORDER_FILE };

/* Where a training goes on: after whole epochs, with the model as it was then. */
struct weft_training_start {
    size_t epochs;                         /* finished */
    uint64_t steps;                        /* made in these */
    const float *moments, *second_moments; /* Adam's, as the parameters */
};

/* What determines the bits of a training, beside network, data and initial values. */
struct weft_training {
    size_t epochs, batch;
    float learning_rate;
    uint64_t seed; /* of the shuffles; weft_model_initialise takes one for the initial values */
    enum weft_order order;
    uint64_t steps; /* end after so many steps in all; 0: after the epochs */
    const struct weft_training_start *start; /* NULL: from the beginning */
};

/* The notebook's: 5 epochs, batch 100, rate 0.01, seed 0, shuffled. */
WEFT_API struct weft_training weft_training_default(void);

/* One epoch, as the notebook prints it. Measured while training: each batch before its update, in training mode. */
struct weft_epoch {
    size_t epoch; /* from 1 */
    uint64_t images, correct;
    double accuracy;   /* correct / images */
    double total_loss; /* sum of the steps' mean losses */
    double mean_loss;  /* total_loss / steps */
    double seconds;
    size_t steps;
    const struct weft_step_result *results; /* of each step; valid during the callback */
};

/* Callbacks of a training; any may be NULL. A callback that returns false stops it with WEFT_INTERRUPTED. */
struct weft_training_events {
    bool (*progress)(void *context, size_t epoch, size_t step,
                     size_t steps); /* a few times a second */
    bool (*epoch)(void *context, const struct weft_epoch *epoch);
    void *context;
};

/* Trains ${model} on ${backend}, which must have been opened on model->network with a batch of at least training->batch, and
 * holds the training images and the pixels' values. Writes the model's values to the device first and reads them back
 * after each epoch, so that the epoch callback may save it. Fails with WEFT_FAILED when the loss is no finite number. */
WEFT_API enum weft_status weft_train(struct weft_model *model, struct weft_backend *backend,
                                     size_t images, const struct weft_training *training,
                                     const struct weft_training_events *events,
                                     struct weft_error *error);

/* Adam's constants for step ${t} (from 1), with beta1 0.9, beta2 0.999, eps 1e-8, bias corrected. */
WEFT_API struct weft_adam weft_adam_step(float learning_rate, uint64_t t);

/* Writes the order of ${count} images in epoch ${epoch} (from 1) into ${order}: a permutation that follows from
 * ${seed} and ${epoch} alone. */
WEFT_API void weft_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count);

/* How a model is evaluated. */
struct weft_evaluation_options {
    enum weft_split split;
    enum weft_statistics statistics;
    size_t
        batch; /* images whose statistics go together (WEFT_STATISTICS_BATCH); otherwise it changes nothing but speed */
    /* Called after each batch with the images that are done and those that there are; NULL: nobody is told. Returns false to stop with
     * WEFT_INTERRUPTED. */
    bool (*progress)(void *context, size_t done, size_t images);
    void *context;
};

/* A model on a split. Free with weft_evaluation_finish. */
struct weft_evaluation {
    size_t images, correct, classes;
    double accuracy;     /* correct / images */
    double loss;         /* mean cross entropy */
    uint64_t *confusion; /* classes x classes: rows true, columns predicted */
    float *logits;       /* images x classes, if asked for; else NULL */
};

/* Evaluates the parameters and buffers that ${backend} holds on the ${images} handed to it as options->split. ${images} gives the
 * labels. ${want_logits}: keep the logits. */
WEFT_API enum weft_status weft_evaluate(struct weft_backend *backend,
                                        const struct weft_images *images,
                                        const struct weft_evaluation_options *options,
                                        bool want_logits, struct weft_evaluation *evaluation,
                                        struct weft_error *error);

/* Writes the logits of ${evaluation}, which must have been kept, to ${path}: safetensors with one tensor "logits" (images x classes).
 * Fails with WEFT_BAD_FILE, and with WEFT_USAGE for an evaluation without logits. */
WEFT_API enum weft_status weft_evaluation_save_logits(const struct weft_evaluation *evaluation,
                                                      const char *path, struct weft_error *error);

WEFT_API void weft_evaluation_finish(struct weft_evaluation *evaluation);

/* A training that can be gone on with: the file checkpoint.safetensors of a run folder. */
struct weft_checkpoint {
    struct weft_model *model;      /* after the last finished epoch, with its options */
    struct weft_training training; /* as it was asked for; batch may be larger than the data */
    enum weft_math math;           /* how it was computed so far */
    size_t epochs;                 /* finished; at least 1 */
    uint64_t steps;                /* made in these */
    float *moments, *second_moments;
    struct weft_epoch *history; /* of each epoch, without results */
    char init[65];              /* SHA-256 of the file with the initial values, or empty */
    char *data;                 /* folder of the images, or NULL */
    uint64_t images;            /* for training */
    uint32_t checksum;          /* of these: weft_images_checksum */
};

/* Writes ${checkpoint} to ${path}, beside it first and then renamed. Fails with WEFT_BAD_FILE or, without memory, WEFT_FAILED. */
WEFT_API enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint,
                                               const char *path, struct weft_error *error);

/* Reads and checks ${path}. The caller destroys ${checkpoint}. Fails with WEFT_BAD_FILE for a file that is missing, damaged, or of another
 * contract of equal bits. */
WEFT_API enum weft_status weft_checkpoint_load(const char *path,
                                               struct weft_checkpoint **checkpoint,
                                               struct weft_error *error);

/* Frees ${checkpoint} and its model. NULL is harmless. */
WEFT_API void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint);

WEFT_END

#endif

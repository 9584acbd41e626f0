/* trainer.h: trainings of a network, made of steps that every device must compute to the same
 * bits. */
#ifndef WEFT_VERIFY_TRAINER_H
#define WEFT_VERIFY_TRAINER_H

#include "data/model.h"
#include "train/train_model.h"
#include "verify/context.h"

#define TRAINER_BATCH 100 /* images of a step; a soak has more */

/* The network of a verification, its data, and the result of its training. */
struct trainer {
    struct verify *verify;
    uint64_t seed, steps;
    size_t batch;
    const struct weft_images *images; /* two */
    struct weft_images made_images[WEFT_SPLIT_COUNT];
    struct weft_model *model;  /* its initial values */
    struct backend *backend;   /* the device, after its training */
    struct verify_setup setup; /* of the device */
    float *values;             /* as long as the longest array, for comparisons */
    uint32_t *order;           /* of the images in the current epoch */
    char digest[65], expected[65];
    struct weft_step_result *results[2]; /* of each step: those in digest, and in expected */
    float *moments[2];                   /* with which the training starts; NULL: 0 */
    bool not_finite; /* the last training of the reference ended with a value that is not finite */
    bool recipes;    /* each epoch has another recipe of trainer.c; else Adam alone */
    float class_weights[IMAGES_CLASSES_MAX]; /* with recipes */
    struct image_change *changes;            /* with recipes: of the images in the current epoch */
    const char *note; /* what is special about it, with a comma before it, for difference.where */
};

/* Makes the training of ${seed} in steps of ${batch} images, with the images of the options, or
 * made ones. Finish it even on failure. */
enum weft_status trainer_init(struct verify *verify, uint64_t seed, size_t batch,
                              struct trainer *trainer, struct weft_error *error);
void trainer_finish(struct trainer *trainer);

/* Returns how many images of ${split} a training of ${network} has. */
size_t trainer_images(const struct verify *verify, const struct weft_network *network,
                      enum weft_split split);

/* Allocates what follows from the model, the images and the steps; trainer_finish frees it. */
enum weft_status trainer_allocate(struct trainer *trainer, struct weft_error *error);

/* Changes to another seed: its initial values, and its images if they are made. */
enum weft_status trainer_reseed(struct trainer *trainer, uint64_t seed, struct weft_error *error);

/* Opens a backend with ${setup} and gives it the images. */
enum weft_status trainer_open(const struct trainer *trainer, const struct verify_setup *setup,
                              struct backend **backend, struct weft_error *error);

/* Opens the CPU backend in the same way, as the reference. */
enum weft_status trainer_open_reference(const struct trainer *trainer, struct backend **backend,
                                        struct weft_error *error);

/* Gives ${backend} the initial values. */
enum weft_status trainer_begin(const struct trainer *trainer, struct backend *backend,
                               struct weft_error *error);

/* Steps that are made in one call: between two calls a user can stop the training. */
#define TRAINER_CHUNK 20

struct trainer_chunk {
    uint64_t first; /* step, from 0 */
    struct training_steps steps;
    struct update updates[TRAINER_CHUNK];
};

/* Makes the chunk of the steps from ${first} on: at most TRAINER_CHUNK, in one epoch. Chunks must
 * be made in order, since the first one of an epoch shuffles trainer->order. */
void trainer_chunk_make(const struct trainer *trainer, uint64_t first, struct trainer_chunk *chunk);

/* Makes the first chunk if ${chunk} is all zero, or else the next one. Returns false after the
 * last. */
bool trainer_next(const struct trainer *trainer, struct trainer_chunk *chunk);

/* Receives ${count} words of 32 bits. */
struct trainer_sink {
    void (*add)(void *context, const void *words, size_t count);
    void *context;
};

/* Trains on ${backend} from the initial values, and passes the results of all steps, then
 * parameters, buffers, moments and second moments to ${sink}. ${results}: NULL, or room for those
 * of all steps. ${what}: for verify_progress. */
enum weft_status trainer_train(struct trainer *trainer, struct backend *backend, const char *what,
                               const struct trainer_sink *sink, struct weft_step_result *results,
                               struct weft_error *error);

/* The same, with the hash of all these words as ${digest}. */
enum weft_status trainer_hash(struct trainer *trainer, struct backend *backend, char digest[65],
                              struct weft_step_result *results, struct weft_error *error);

/* Trains the reference in the same way, for trainer->expected and trainer->not_finite. A result
 * that is not finite may be a NaN, whose bits the contract does not define. */
enum weft_status trainer_expect(struct trainer *trainer, struct weft_error *error);

/* Fails with WEFT_NO_VERDICT if trainer->not_finite. */
enum weft_status trainer_check_finite(const struct trainer *trainer, struct weft_error *error);

/* Adds ${count} words to ${hash} (a struct sha256_ctx), the lowest byte first. */
void trainer_hash_words(void *hash, const void *words, size_t count);

#endif

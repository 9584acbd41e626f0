/* checkpoint.h: the state of an interrupted training, as the file checkpoint.safetensors. */
#ifndef WEFT_CHECKPOINT_H
#define WEFT_CHECKPOINT_H

#include "weft/model.h"
#include "weft/training.h"

WEFT_BEGIN

/* A training that another process can continue with the same bits. */
struct weft_checkpoint {
    struct weft_model *model;      /* after the last finished epoch, with its options */
    struct weft_training training; /* as requested; batch may be larger than the number of images */
    enum weft_math math;           /* how it was computed so far */
    size_t epochs;                 /* finished epochs, at least 1 */
    uint64_t steps;                /* made in these epochs */
    float *moments;                /* Adam's, laid out as the parameters */
    float *second_moments;         /* Adam's, laid out as the parameters */
    struct weft_epoch *history;    /* of each finished epoch; results is NULL */
    char init[65];     /* SHA-256 of the file with the initial values, in hexadecimal, or empty */
    char *data;        /* folder of the images, or NULL */
    uint64_t images;   /* number of images that the training uses */
    uint32_t checksum; /* weft_images_checksum of these images */
};

/* Writes ${checkpoint} to ${path}: to a temporary file first, which is then renamed. A symbolic
 * link at ${path} is replaced, not followed. Fails with WEFT_BAD_FILE or, without memory,
 * WEFT_FAILED; then an older file stays. */
WEFT_API enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint,
                                               const char *path, struct weft_error *error);

/* Reads and checks the file ${path}. The caller frees ${checkpoint} with weft_checkpoint_destroy.
 * Fails with WEFT_BAD_FILE for a file that is missing, damaged, or of another contract of equal
 * bits. */
WEFT_API enum weft_status weft_checkpoint_load(const char *path,
                                               struct weft_checkpoint **checkpoint,
                                               struct weft_error *error);

/* Frees ${checkpoint} and what it holds, including its model. NULL is harmless. */
WEFT_API void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint);

WEFT_END

#endif

/* checkpoint.h: the state of an interrupted training, as the file checkpoint.safetensors. */
#ifndef WEFT_DATA_CHECKPOINT_H
#define WEFT_DATA_CHECKPOINT_H

#include "data/model.h"
#include "data/training.h"

/* A training that another process can continue with the same bits. */
struct checkpoint {
    struct weft_model *model;   /* after the last finished epoch, with its options */
    struct training training;   /* as requested; batch may be larger than the number of images */
    enum weft_math math;        /* how it was computed so far */
    size_t epochs;              /* finished epochs */
    uint64_t steps;             /* made in these epochs, and apart from them */
    float *moments;             /* Adam's, laid out as the parameters */
    float *second_moments;      /* Adam's, laid out as the parameters */
    struct weft_epoch *history; /* of each finished epoch; results is NULL */
    char init[65]; /* SHA-256 of the file with the initial values, in hexadecimal, or empty */
    char *data;    /* folder of the images, or NULL */
    /* Number of images that the training uses. 0: a session of the library, whose epochs may be of
     * several sets of images. It may also have no epoch yet, and steps that belong to none. */
    uint64_t images;
    uint32_t checksum; /* images_checksum of these images */
};

/* Writes ${checkpoint} to ${path}: to a temporary file first, which is then renamed. A symbolic
 * link at ${path} is replaced, not followed. Fails with WEFT_BAD_FILE or, without memory,
 * WEFT_NO_MEMORY; then an older file stays. */
enum weft_status checkpoint_save(const struct checkpoint *checkpoint, const char *path,
                                 struct weft_error *error);

/* Reads and checks the file ${path}. The caller frees ${checkpoint} with checkpoint_destroy.
 * Fails with WEFT_BAD_FILE for a file that is missing, damaged, or of another contract of equal
 * bits. */
enum weft_status checkpoint_load(const char *path, struct checkpoint **checkpoint,
                                 struct weft_error *error);

/* Frees ${checkpoint} and what it holds, including its model. NULL is harmless. */
void checkpoint_destroy(struct checkpoint *checkpoint);

#endif

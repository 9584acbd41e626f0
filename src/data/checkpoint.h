/* checkpoint.h: the state of a training, in memory and as the file checkpoint.safetensors. */
#ifndef WEFT_DATA_CHECKPOINT_H
#define WEFT_DATA_CHECKPOINT_H

#include "data/model.h"
#include "data/training.h"

/* A training that another session can continue with the same bits. */
struct weft_checkpoint {
    struct weft_model *model;
    struct training training; /* the last one; its epochs are 0 if there was none */
    enum weft_math math;      /* how it was computed so far */
    size_t epochs;            /* finished epochs */
    uint64_t steps;           /* made in these epochs, and apart from them */
    float *moments;           /* Adam's, laid out as the parameters */
    float *second_moments;
    struct training_average average; /* .sum is NULL if there is none */
    struct weft_epoch *history;      /* of each finished epoch; results is NULL */
    struct json_t *texts;            /* the caller's: an object of strings; NULL: none */
};

/* Writes ${checkpoint} to ${path}: to a temporary file first, which is then renamed. A symbolic
 * link at ${path} is replaced, not followed. Fails with WEFT_BAD_FILE or, without memory,
 * WEFT_NO_MEMORY; then an older file stays. */
enum weft_status checkpoint_save(const struct weft_checkpoint *checkpoint, const char *path,
                                 char sha256[65], struct weft_error *error);

/* Reads and checks the file ${path}. The caller frees ${checkpoint} with checkpoint_destroy.
 * Fails with WEFT_BAD_FILE for a file that is missing, damaged, or of another contract of equal
 * bits. */
enum weft_status checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                 struct weft_error *error);

/* Sets a text of the caller; NULL removes it. Fails with WEFT_NO_MEMORY, and with WEFT_USAGE for
 * what is not UTF-8. */
enum weft_status checkpoint_set_text(struct weft_checkpoint *checkpoint, const char *key,
                                     const char *text, struct weft_error *error);

/* Returns the text under ${key}, or NULL. */
const char *checkpoint_text(const struct weft_checkpoint *checkpoint, const char *key);

/* Frees ${checkpoint} and what it holds, including its model. NULL is harmless. */
void checkpoint_destroy(struct weft_checkpoint *checkpoint);

#endif

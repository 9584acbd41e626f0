/* checkpoint.h: the layout of checkpoint.safetensors.
 *
 * Flat arrays, laid out by the network of __metadata__ "weft.network": parameters, buffers, moments, second_moments (F32), batches (I64,
 * one a layer), progress (I64: epochs finished, steps made). __metadata__ "weft.options" is the model's; "weft.checkpoint" is an
 * object with what was asked for and the history of the epochs; "weft.contract" the contract's number. */
#ifndef WEFT_TRAIN_CHECKPOINT_H
#define WEFT_TRAIN_CHECKPOINT_H

#include "weft/train.h"

/* The floats of an array. */
struct checkpoint_array {
    const char *name;
    size_t count;
    float *values;
};

#define CHECKPOINT_ARRAYS 4

/* Lists the arrays of floats of ${checkpoint}, whose model is there. */
void checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                       struct checkpoint_array arrays[CHECKPOINT_ARRAYS]);

/* ---- checkpoint_record.c ---- */

/* Returns the object "weft.checkpoint" of ${checkpoint}; NULL without memory. The caller frees it. */
char *checkpoint_record_write(const struct weft_checkpoint *checkpoint);

/* Fills what the object ${text} says into ${checkpoint}, whose epochs and steps are known. Fails with WEFT_BAD_FILE, or without memory with
 * WEFT_FAILED; weft_checkpoint_destroy frees what is there then. */
enum weft_status checkpoint_record_read(const char *text, struct weft_checkpoint *checkpoint,
                                        struct weft_error *error);

#endif

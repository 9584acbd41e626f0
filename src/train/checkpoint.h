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

#endif

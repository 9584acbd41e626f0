/* checkpoint_file.h: the layout of checkpoint.safetensors.
 *
 * Tensors: the flat arrays parameters, buffers, moments and second_moments (F32), laid out by the
 * network; batches (I64, one element a layer); progress (I64: finished epochs, steps). In
 * __metadata__: "weft.network"; "weft.options", those of the model; "weft.checkpoint", a JSON
 * object with the requested training and the history of the epochs, in which numbers that may
 * exceed 2^53 are strings; "weft.contract", the number of the contract of equal bits. */
#ifndef WEFT_DATA_CHECKPOINT_FILE_H
#define WEFT_DATA_CHECKPOINT_FILE_H

#include "weft/checkpoint.h"

#define CHECKPOINT_ARRAYS 4

/* A flat array of floats. */
struct checkpoint_array {
    const char *name;
    size_t count;
    float *values;
};

/* Lists the flat arrays of ${checkpoint}, which has a model. */
void checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                       struct checkpoint_array arrays[CHECKPOINT_ARRAYS]);

#endif

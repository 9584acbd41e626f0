/* model_file.h: what reading and writing a model file, and checkpoints, have in common. */
#ifndef WEFT_DATA_MODEL_FILE_H
#define WEFT_DATA_MODEL_FILE_H

#include "data/checkpoint.h"

/* WEFT_CONTRACT as text. */
#define MODEL_TEXT_(number) #number
#define MODEL_TEXT(number)  MODEL_TEXT_(number)
#define MODEL_CONTRACT      MODEL_TEXT(WEFT_CONTRACT)

/* Returns the values of ${tensor} in ${model}. */
float *model_values(const struct weft_model *model, const struct network_tensor *tensor);

/* Sets all values to the initial ones. Uniform ones are drawn from ${seed}; if it is NULL, they are
 * 0. */
void model_fill(struct weft_model *model, const uint64_t *seed);

/* Fails with ${status} and the name of the tensor if ${model} has a value that no model file can
 * hold: a NaN, an infinity, a negative running variance or num_batches_tracked. */
enum weft_status model_check(const struct weft_model *model, enum weft_status status,
                             struct weft_error *error);

/* Writes the name of the num_batches_tracked of ${layer} into ${name}:
 * "batchN1.num_batches_tracked". Returns false, and writes nothing, for a layer without it. */
bool model_counter(const struct network_layer *layer, char name[LAYER_NAME_MAX + 32]);

/* A checkpoint has the flat arrays parameters, buffers, moments and second_moments (F32), laid out
 * by the network, and average, a sum, while recipe.average is not finished; batches (I64, one
 * element a layer); progress (I64: finished epochs, steps). Its __metadata__ is that of the model
 * (model_metadata.h) and "weft.checkpoint" (checkpoint_record.c). */
#define CHECKPOINT_ARRAYS 5

/* A flat array of floats. */
struct checkpoint_array {
    const char *name;
    size_t count;
    float *values;
};

/* Lists the flat arrays of ${checkpoint}, which has a model. Returns their number. */
size_t checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                         struct checkpoint_array arrays[CHECKPOINT_ARRAYS]);

/* Returns "weft.checkpoint", which the caller frees, or NULL without memory. */
char *checkpoint_make_record(const struct weft_checkpoint *checkpoint);

/* Reads "weft.checkpoint", ${text}, into ${checkpoint}, whose model, epochs and steps are known.
 * Fails with WEFT_BAD_FILE. */
enum weft_status checkpoint_read_record(const char *text, struct weft_checkpoint *checkpoint,
                                        struct weft_error *error);

#endif

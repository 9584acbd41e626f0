/* model_file.h: what reading and writing a model file share. */
#ifndef WEFT_MODEL_FILE_H
#define WEFT_MODEL_FILE_H

#include "weft/model.h"

/* Stores in ${file} the path of the model file that ${path} means: itself, or the model.safetensors in it if it is a folder.
 * Fails with WEFT_BAD_FILE for a path that is too long. */
enum weft_status model_path(const char *path, char file[4096], struct weft_error *error);

/* Fails with ${status} and the name of the tensor if a value of ${model} can be in no model file: a NaN or an infinity, a running
 * variance below 0, a count of batches below 0. */
enum weft_status model_check(const struct weft_model *model, enum weft_status status,
                             struct weft_error *error);

/* Fails with ${status} unless ${options} is a JSON object. */
enum weft_status model_check_options(const char *options, enum weft_status status,
                                     struct weft_error *error);

/* Writes the name of the count of batches of ${layer} into ${name}: "batchN1.num_batches_tracked". Returns false, and writes nothing,
 * where the layer has none. */
bool model_counter(const struct weft_layer *layer, char name[WEFT_NAME_MAX + 32]);

#endif

/* model_metadata.h: the strings of __metadata__ that describe a model, in its file and in a
 * checkpoint:
 *
 *     weft.network   the list of layers
 *     weft.options   a JSON object of the options that determined the bits
 *     weft.contract  the number of the contract of equal bits
 *     weft.classes   a JSON list of the names of the classes, label 0 first
 *     weft.pixels    {"mean": [...], "std": [...]}: a number for each channel. Without it, they are
 *                    those of the published data
 *     weft.data      {"train": {"images": SHA-256, "labels": SHA-256}, "test": ...}, of the data
 *                    folder, as images_hash has them */
#ifndef WEFT_DATA_MODEL_METADATA_H
#define WEFT_DATA_MODEL_METADATA_H

#include "data/model.h"
#include "data/safetensors.h"

enum { MODEL_METADATA_TEXTS = 6 };

/* The strings to write. All zero holds nothing. */
struct model_metadata {
    struct safetensors_text texts[MODEL_METADATA_TEXTS];
    size_t count;
    char *network, *classes, *data, *pixels; /* from malloc */
};

/* Makes the strings of ${model}, whose options must live as long. The caller frees them with
 * model_metadata_finish, also after a failure. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status model_metadata_make(const struct weft_model *model,
                                     struct model_metadata *metadata, struct weft_error *error);
void model_metadata_finish(struct model_metadata *metadata);

/* Copies options, names of classes, the values of pixels, hashes of the data and the hash of the
 * file from ${file} into ${model}, which has its network. Fails with WEFT_BAD_FILE if one of them
 * is wrong. */
enum weft_status model_metadata_read(const struct safetensors *file, struct weft_model *model,
                                     struct weft_error *error);

/* Fails with ${status} unless ${options} is a JSON object. */
enum weft_status model_check_options(const char *options, enum weft_status status,
                                     struct weft_error *error);

#endif

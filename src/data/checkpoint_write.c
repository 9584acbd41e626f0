/* checkpoint_write.c: writes the state of a training, so that another process can continue it. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "data/safetensors.h"

size_t checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                         struct checkpoint_array arrays[CHECKPOINT_ARRAYS]) {
    const struct weft_model *model = checkpoint->model;
    size_t parameters = model->network->parameter_count, buffers = model->network->buffer_count;
    arrays[0] = (struct checkpoint_array){"parameters", parameters, model->parameters};
    arrays[1] = (struct checkpoint_array){"buffers", buffers, model->buffers};
    arrays[2] = (struct checkpoint_array){"moments", parameters, checkpoint->moments};
    arrays[3] = (struct checkpoint_array){"second_moments", parameters, checkpoint->second_moments};
    arrays[4] = (struct checkpoint_array){"average", parameters, checkpoint->average.sum};
    return checkpoint->average.sum != NULL ? 5 : 4;
}

enum weft_status checkpoint_save(const struct weft_checkpoint *checkpoint, const char *path,
                                 char sha256[65], struct weft_error *error) {
    const struct weft_model *model = checkpoint->model;
    const int64_t progress[2] = {(int64_t)checkpoint->epochs, (int64_t)checkpoint->steps};
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    struct safetensors_source sources[CHECKPOINT_ARRAYS + 2];
    struct safetensors_text texts[1 + MODEL_METADATA_TEXTS];
    struct model_metadata metadata = {0};
    char *record = checkpoint_make_record(checkpoint);
    size_t count, array_count;
    enum weft_status status;
    if (record == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory to write %s", path);
    }
    array_count = checkpoint_arrays(checkpoint, arrays);
    for (size_t i = 0; i < array_count; i++) {
        sources[i] = (struct safetensors_source){.name = arrays[i].name,
                                                 .rank = 1,
                                                 .shape = {arrays[i].count},
                                                 .floats = arrays[i].values};
    }
    sources[array_count] = (struct safetensors_source){.name = "batches",
                                                       .rank = 1,
                                                       .shape = {model->network->layer_count},
                                                       .integers = model->batches};
    sources[array_count + 1] = (struct safetensors_source){
        .name = "progress", .rank = 1, .shape = {2}, .integers = progress};
    TRY_OR(done, model_metadata_make(model, &metadata, error));
    memcpy(texts, metadata.texts, metadata.count * sizeof texts[0]);
    count = metadata.count;
    texts[count++] = (struct safetensors_text){"weft.checkpoint", record};
    status = safetensors_replace(path, texts, count, sources, array_count + 2, sha256, error);
done:
    model_metadata_finish(&metadata);
    free(record);
    return status;
}

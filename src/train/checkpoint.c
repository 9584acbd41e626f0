/* checkpoint.c: writes the state of a training, so that another process can go on with it. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/safetensors.h"

void checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                       struct checkpoint_array arrays[CHECKPOINT_ARRAYS]) {
    const struct weft_model *model = checkpoint->model;
    size_t parameters = model->network->parameter_count, buffers = model->network->buffer_count;
    arrays[0] = (struct checkpoint_array){"parameters", parameters, model->parameters};
    arrays[1] = (struct checkpoint_array){"buffers", buffers, model->buffers};
    arrays[2] = (struct checkpoint_array){"moments", parameters, checkpoint->moments};
    arrays[3] = (struct checkpoint_array){"second_moments", parameters, checkpoint->second_moments};
}

enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint, const char *path,
                                      struct weft_error *error) {
    const struct weft_model *model = checkpoint->model;
    const int64_t progress[2] = {(int64_t)checkpoint->epochs, (int64_t)checkpoint->steps};
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    struct safetensors_source sources[CHECKPOINT_ARRAYS + 2];
    char *list = weft_network_to_json(model->network),
         *record = checkpoint_record_write(checkpoint), contract[16];
    const struct safetensors_text texts[] = {
        {"weft.network", list},
        {"weft.options", model->options != NULL ? model->options : "{}"},
        {"weft.checkpoint", record},
        {"weft.contract", contract}};
    enum weft_status status;
    snprintf(contract, sizeof contract, "%d", WEFT_CONTRACT);
    checkpoint_arrays(checkpoint, arrays);
    for (size_t i = 0; i < CHECKPOINT_ARRAYS; i++) {
        sources[i] = (struct safetensors_source){.name = arrays[i].name,
                                                 .rank = 1,
                                                 .shape = {arrays[i].count},
                                                 .floats = arrays[i].values};
    }
    sources[CHECKPOINT_ARRAYS] = (struct safetensors_source){.name = "batches",
                                                             .rank = 1,
                                                             .shape = {model->network->layer_count},
                                                             .integers = model->batches};
    sources[CHECKPOINT_ARRAYS + 1] = (struct safetensors_source){
        .name = "progress", .rank = 1, .shape = {2}, .integers = progress};
    status = list != NULL && record != NULL
                 ? safetensors_write(path, texts, 4, sources, CHECKPOINT_ARRAYS + 2, NULL, error)
                 : weft_fail(error, WEFT_FAILED, "no memory to write %s", path);
    free(list);
    free(record);
    return status;
}

void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint) {
    if (checkpoint != NULL) {
        weft_model_destroy(checkpoint->model);
        free(checkpoint->moments);
        free(checkpoint->second_moments);
        free(checkpoint->history);
        free(checkpoint->data);
        free(checkpoint);
    }
}

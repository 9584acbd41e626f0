/* checkpoint.c: writes the state of a training, so that another process can go on with it. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/safetensors.h"
#include "network/strict_json.h"
#include "network/text.h"

void checkpoint_arrays(const struct weft_checkpoint *checkpoint,
                       struct checkpoint_array arrays[CHECKPOINT_ARRAYS]) {
    const struct weft_model *model = checkpoint->model;
    size_t parameters = model->network->parameter_count, buffers = model->network->buffer_count;
    arrays[0] = (struct checkpoint_array){"parameters", parameters, model->parameters};
    arrays[1] = (struct checkpoint_array){"buffers", buffers, model->buffers};
    arrays[2] = (struct checkpoint_array){"moments", parameters, checkpoint->moments};
    arrays[3] = (struct checkpoint_array){"second_moments", parameters, checkpoint->second_moments};
}

/* Adds ${value} in digits that give the same double again. */
static void add_double(struct weft_text *text, const char *before, double value) {
    char digits[64];
    snprintf(digits, sizeof digits, "%.17g", value);
    weft_text_add(text, "%s", before);
    weft_text_add_digits(text, digits);
}

/* Paths may be no UTF-8; such a one can not be kept. */
static bool is_text(const char *string) {
    struct weft_text text = {0};
    size_t at;
    bool good;
    weft_text_add_json(&text, string);
    good = !text.failed && weft_json_scan(text.bytes, text.length, &at) == NULL;
    free(text.bytes);
    return good;
}

/* Numbers that may be larger than 2^53 are texts. */
static char *describe(const struct weft_checkpoint *checkpoint) {
    const struct weft_training *training = &checkpoint->training;
    struct weft_text text = {0};
    weft_text_add(&text, "{\"epochs\":%zu,\"batch\":%zu,\"seed\":\"%llu\",\"order\":\"%s\"",
                  training->epochs, training->batch, (unsigned long long)training->seed,
                  training->order == WEFT_FILE_ORDER ? "file" : "shuffled");
    weft_text_add(&text, ",\"math\":\"%s\"", checkpoint->math == WEFT_MATH_FAST ? "fast" : "exact");
    weft_text_add(&text, ",\"steps\":\"%llu\",\"lr\":", (unsigned long long)training->steps);
    weft_text_add_float(&text, training->learning_rate);
    weft_text_add(&text, ",\"init\":\"%s\",\"images\":%llu,\"checksum\":%lu", checkpoint->init,
                  (unsigned long long)checkpoint->images, (unsigned long)checkpoint->checksum);
    if (checkpoint->data != NULL && is_text(checkpoint->data)) {
        weft_text_add(&text, ",\"data\":");
        weft_text_add_json(&text, checkpoint->data);
    }
    weft_text_add(&text, ",\"history\":[");
    for (size_t i = 0; i < checkpoint->epochs; i++) {
        const struct weft_epoch *epoch = &checkpoint->history[i];
        weft_text_add(&text, "%s{\"images\":%llu,\"correct\":%llu,\"steps\":%zu", i > 0 ? "," : "",
                      (unsigned long long)epoch->images, (unsigned long long)epoch->correct,
                      epoch->steps);
        add_double(&text, ",\"total_loss\":", epoch->total_loss);
        add_double(&text, ",\"seconds\":", epoch->seconds);
        weft_text_add(&text, "}");
    }
    weft_text_add(&text, "]}");
    return weft_text_take(&text);
}

enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint, const char *path,
                                      struct weft_error *error) {
    const struct weft_model *model = checkpoint->model;
    const int64_t progress[2] = {(int64_t)checkpoint->epochs, (int64_t)checkpoint->steps};
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS];
    struct weft_safetensors_source sources[CHECKPOINT_ARRAYS + 2];
    char *list = weft_network_to_json(model->network), *text = describe(checkpoint), contract[16];
    const struct weft_safetensors_text texts[] = {
        {"weft.network", list},
        {"weft.options", model->options != NULL ? model->options : "{}"},
        {"weft.checkpoint", text},
        {"weft.contract", contract}};
    enum weft_status status;
    snprintf(contract, sizeof contract, "%d", WEFT_CONTRACT);
    checkpoint_arrays(checkpoint, arrays);
    for (size_t i = 0; i < CHECKPOINT_ARRAYS; i++) {
        sources[i] = (struct weft_safetensors_source){.name = arrays[i].name,
                                                      .rank = 1,
                                                      .shape = {arrays[i].count},
                                                      .floats = arrays[i].values};
    }
    sources[CHECKPOINT_ARRAYS] =
        (struct weft_safetensors_source){.name = "batches",
                                         .rank = 1,
                                         .shape = {model->network->layer_count},
                                         .integers = model->batches};
    sources[CHECKPOINT_ARRAYS + 1] = (struct weft_safetensors_source){
        .name = "progress", .rank = 1, .shape = {2}, .integers = progress};
    status =
        list != NULL && text != NULL
            ? weft_safetensors_write(path, texts, 4, sources, CHECKPOINT_ARRAYS + 2, NULL, error)
            : weft_fail(error, WEFT_FAILED, "no memory to write %s", path);
    free(list);
    free(text);
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

/* model.c: model files: one that is read is saved, and reads back to the same bytes; and
 * comparisons of two files. */
#include "safetensors_input.h"

#include "weft/compare.h"
#include "weft/model.h"

static enum weft_status report(void *context, const struct weft_tensor_comparison *tensor,
                               struct weft_error *error) {
    (void)context;
    (void)error;
    fprintf(discard(), "%s %s", tensor->name, tensor->problem != NULL ? tensor->problem : "");
    return WEFT_OK;
}

static void save_twice(struct weft_model *model) {
    const char *path = path_of("again");
    struct weft_error error = {0};
    struct weft_model *again = NULL;
    char *text = weft_network_to_pytorch(model->network);
    char first[65], second[65];
    free(text);
    REQUIRE(weft_model_save(model, path, first, &error) == WEFT_OK);
    REQUIRE(weft_model_load(path, &again, &error) == WEFT_OK);
    REQUIRE(weft_model_save(again, path, second, &error) == WEFT_OK);
    REQUIRE(strcmp(first, second) == 0);
    weft_model_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    size_t room;
    char *made = safetensors_input((struct input){bytes, size}, &room);
    const char *path = write_file("model", (struct input){(const uint8_t *)made, room});
    struct weft_error error = {0}, ignored = {0};
    struct weft_comparison comparison;
    struct weft_model *model = NULL;
    enum weft_status status = weft_model_load(path, &model, &error);
    free(made);
    if (status == WEFT_OK) {
        save_twice(model);
        weft_compare(path, path_of("again"), report, NULL, &comparison, &ignored);
    } else {
        require_failure(status, &error);
        REQUIRE(model == NULL);
    }
    weft_model_destroy(model);
    return 0;
}

/* model.c: model files: one that is read is saved, and reads back to the same bytes; and
 * comparisons of two files. */
#include "safetensors_input.h"

#include "compare/compare.h"
#include "data/model.h"

static bool report(void *context, const struct weft_tensor_comparison *tensor) {
    (void)context;
    fprintf(discard(), "%s %s", tensor->name, tensor->problem != NULL ? tensor->problem : "");
    return true;
}

static void save_twice(struct weft_model *model) {
    const char *path = path_of("again");
    struct weft_error error = {0};
    struct weft_model *again = NULL;
    char *text = network_to_pytorch(model->network);
    char first[65], second[65];
    free(text);
    REQUIRE(model_save(model, path, first, &error) == WEFT_OK);
    REQUIRE(model_load(path, &again, &error) == WEFT_OK);
    REQUIRE(model_save(again, path, second, &error) == WEFT_OK);
    REQUIRE(strcmp(first, second) == 0);
    model_destroy(again);
}

/* If the first byte has the bit 4, a list of layers follows, as for --network. */
static enum weft_status load(const char *path, struct input list, bool listed,
                             struct weft_model **model, struct weft_error *error) {
    char *text = copy_text(list);
    struct weft_network *network = NULL;
    enum weft_status status = WEFT_OK;
    if (listed) {
        status = network_create(text, &network, error);
    }
    if (status == WEFT_OK) {
        status = model_load_as(path, network, model, error);
    }
    free(text);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size}, list = {0};
    bool listed = size > 0 && (bytes[0] & 4) != 0;
    size_t room;
    char *made;
    const char *path;
    struct weft_error error = {0}, ignored = {0};
    struct weft_comparison comparison;
    struct weft_model *model = NULL;
    enum weft_status status;
    if (listed) {
        take_byte(&rest);
        list = take_part(&rest);
    }
    made = safetensors_input(rest, &room);
    path = write_file("model", (struct input){(const uint8_t *)made, room});
    free(made);
    status = load(path, list, listed, &model, &error);
    if (status == WEFT_OK) {
        save_twice(model);
        compare_files(path, path_of("again"), report, NULL, &comparison, &ignored);
    } else {
        require_failure(status, &error);
        REQUIRE(model == NULL);
    }
    model_destroy(model);
    return 0;
}

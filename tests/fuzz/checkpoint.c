/* checkpoint.c: checkpoints: one that is read is saved, and reads back. */
#include "safetensors_input.h"

#include "data/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    size_t room;
    char *made = safetensors_input((struct input){bytes, size}, &room);
    const char *path = write_file("checkpoint", (struct input){(const uint8_t *)made, room});
    const char *saved = path_of("again");
    struct weft_error error = {0};
    struct weft_checkpoint *checkpoint = NULL, *again = NULL;
    enum weft_status status = checkpoint_load(path, &checkpoint, &error);
    free(made);
    if (status == WEFT_OK) {
        REQUIRE(checkpoint_save(checkpoint, saved, NULL, &error) == WEFT_OK);
        REQUIRE(checkpoint_load(saved, &again, &error) == WEFT_OK);
        REQUIRE(again->steps == checkpoint->steps && again->epochs == checkpoint->epochs);
        REQUIRE(again->average.epochs == checkpoint->average.epochs);
        REQUIRE((again->average.sum == NULL) == (again->average.epochs == 0));
        REQUIRE(again->training.recipe.optimizer == checkpoint->training.recipe.optimizer);
        REQUIRE(again->training.recipe.average == checkpoint->training.recipe.average);
    } else {
        require_failure(status, &error);
        REQUIRE(checkpoint == NULL);
    }
    checkpoint_destroy(again);
    checkpoint_destroy(checkpoint);
    return 0;
}

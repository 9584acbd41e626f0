/* recipe.c: recipes of weft train: one that is read has options whose texts give it again, and one
 * that is refused is refused at a place in it, or for a text of an option. */
#include "fuzz.h"

#include "cli/parser.h"
#include "cli/train/train.h"
#include "recipe_equal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = copy_text((struct input){bytes, size});
    struct cli_training train = {.silent = true};
    struct weft_error error = {0};
    enum weft_status status;
    REQUIRE(cli_options_parse(&cli_command_train, 0, NULL, &train.options.common, &error) ==
            WEFT_OK);
    train.options.recipe = "x";
    status = cli_recipe_take(&train, text, "x", &error);
    if (status == WEFT_OK) {
        status = cli_recipe_read(&train, &error);
    } else {
        REQUIRE(status == WEFT_BAD_FILE && error.message[0] == 'x');
    }
    if (status == WEFT_OK) {
        const struct weft_recipe first = train.recipe;
        const char *schedule = train.options.schedule;
        REQUIRE(cli_recipe_read(&train, &error) == WEFT_OK && schedule == train.options.schedule);
        REQUIRE(recipe_equal(&first, &train.recipe));
    } else {
        require_failure(status, &error);
    }
    cli_recipe_finish(&train.file);
    free(text);
    return 0;
}

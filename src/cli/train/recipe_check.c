/* recipe_check.c: options of a recipe that contradict each other, or do not fit the training. */
#include "cli/train/train.h"

#include <string.h>

#include "base/numbers.h"
#include "base/try.h"
#include "cli/parser.h"

/* Adds to ${error}, which is about the option ${name}, how to do without it: ${without}, such as
 * "--momentum 0", if a recipe has it; and ${other}, what else could be done. */
static enum weft_status remedy(const struct cli_training *train, const char *name,
                               const char *without, const char *other, struct weft_error *error) {
    const struct cli_options *common = &train->options.common;
    const size_t index =
        cli_options_index(common->command, cli_options_find(common->command, name));
    if ((train->file.given >> index & 1) == 0) {
        return error_hint(error, "omit --%s, or %s", name, other);
    }
    return error_hint(error, "add %s, or %s", without, other);
}

static enum weft_status check_sgd(const struct cli_training *train, struct weft_error *error) {
    const struct weft_recipe *recipe = &train->recipe;
    const struct cli_options *common = &train->options.common;
    char source[128], digits[64];
    const char *optimizer =
        cli_option_text(cli_options_find(common->command, "optimizer"), common, digits);
    if (recipe->optimizer != WEFT_OPTIMIZER_SGD && recipe->nesterov) {
        error_set(error, WEFT_USAGE, "%s: it is of sgd, and the optimizer is %s",
                  cli_recipe_source(train, "nesterov", source), optimizer);
        return remedy(train, "nesterov", "--no-nesterov", "write --optimizer sgd", error);
    }
    if (recipe->optimizer != WEFT_OPTIMIZER_SGD && recipe->momentum > 0) {
        error_set(error, WEFT_USAGE, "%s %s: it is of sgd, and the optimizer is %s",
                  cli_recipe_source(train, "momentum", source),
                  number_float(recipe->momentum, digits), optimizer);
        return remedy(train, "momentum", "--momentum 0", "write --optimizer sgd", error);
    }
    if (recipe->nesterov && recipe->momentum == 0) {
        error_set(error, WEFT_USAGE, "%s: it needs a momentum above 0",
                  cli_recipe_source(train, "nesterov", source));
        return remedy(train, "nesterov", "--no-nesterov", "write --momentum 0.9", error);
    }
    return WEFT_OK;
}

static enum weft_status check_keep(const struct cli_training *train, struct weft_error *error) {
    char source[128];
    if (train->options.keep != CLI_KEEP_BEST) {
        return WEFT_OK;
    }
    if (train->options.validate == 0) {
        error_set(error, WEFT_USAGE, "%s best: no images are held out to compare the epochs with",
                  cli_recipe_source(train, "keep", source));
        return remedy(train, "keep", "--keep last", "hold out N images with --validate N", error);
    }
    if (train->recipe.average > 0) {
        error_set(error, WEFT_USAGE,
                  "%s best: the model is that of one epoch, and with --average %zu of several",
                  cli_recipe_source(train, "keep", source), train->recipe.average);
        return remedy(train, "keep", "--keep last", "write --average 0", error);
    }
    return WEFT_OK;
}

enum weft_status cli_recipe_check(const struct cli_training *train, struct weft_error *error) {
    char source[128];
    TRY(check_sgd(train, error));
    TRY(check_keep(train, error));
    if (train->recipe.average > train->options.epochs) {
        error_set(error, WEFT_USAGE, "%s %zu: the training has %llu epoch%s",
                  cli_recipe_source(train, "average", source), train->recipe.average,
                  (unsigned long long)train->options.epochs, train->options.epochs == 1 ? "" : "s");
        return remedy(train, "average", "--average 0", "write a larger --epochs", error);
    }
    return WEFT_OK;
}

/* Fails if ${size} pixels of the change ${name} are not less than the smaller side of an image, or
 * equal to it where that is ${allowed}. */
static enum weft_status check_change(const struct cli_training *train, const char *name,
                                     size_t size, bool allowed, struct weft_error *error) {
    size_t shape[3], side;
    char source[128];
    weft_images_shape(train->images[WEFT_SPLIT_TRAIN], shape);
    side = shape[1] < shape[2] ? shape[1] : shape[2];
    if (size < side + (allowed ? 1 : 0)) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_USAGE, "%s %s=%zu: the images have %zu x %zu pixels",
                     cli_recipe_source(train, "augment", source), name, size, shape[1], shape[2]);
}

enum weft_status cli_recipe_check_images(const struct cli_training *train,
                                         struct weft_error *error) {
    const struct weft_recipe *recipe = &train->recipe;
    const uint64_t total = cli_train_total(train);
    char source[128];
    TRY(check_change(train, "shift", recipe->shift, false, error));
    TRY(check_change(train, "erase", recipe->erase, true, error));
    if (recipe->warmup_steps >= total) {
        error_set(error, WEFT_USAGE, "%s %llu: the training has %llu step%s",
                  cli_recipe_source(train, "warmup", source),
                  (unsigned long long)recipe->warmup_steps, (unsigned long long)total,
                  total == 1 ? "" : "s");
        return error_hint(error, "a warmup is shorter than the training; --warmup 5%% is a "
                                 "twentieth of it");
    }
    return WEFT_OK;
}

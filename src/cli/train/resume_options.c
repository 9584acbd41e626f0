/* resume_options.c: the options of weft train --resume: those that the run began with, and those
 * that may be chosen again. */
#include "cli/train/train.h"

#include <string.h>

#include "base/try.h"
#include "cli/load.h"
#include "cli/parser.h"

static enum weft_status conflict(const struct cli_training *train, const char *option,
                                 const char *before, struct weft_error *error) {
    char source[128];
    cli_recipe_source(train, option, source);
    error_set(error, WEFT_USAGE,
              "%s: --resume continues with the options that the run began with: %s", source,
              before);
    return error_hint(error, "omit --%s", source[0] == '-' ? option : "recipe");
}

/* Stores how the run of ${from} was to go on; .epochs and .steps are those in total. */
static struct weft_training_options planned(const struct weft_checkpoint *from) {
    struct weft_training_options training = WEFT_TRAINING_OPTIONS;
    const bool left = weft_checkpoint_training(from, &training);
    /* Epochs without steps: --steps ended the run. */
    if (training.steps > 0 || (!left && training.epochs > 0)) {
        training.steps += weft_checkpoint_steps(from);
    }
    training.epochs += weft_checkpoint_epochs(from);
    return training;
}

/* Returns the options of a resumed run: those of the checkpoint, and those that may be chosen
 * again. Those of ${training}'s recipe have their texts in ${texts}. */
static struct cli_train_options resumed_options(const struct cli_train_options *given,
                                                const struct weft_training_options *training,
                                                const struct weft_checkpoint *from,
                                                const struct cli_saved *saved,
                                                struct cli_recipe_texts *texts) {
    struct cli_train_options options = *given;
    cli_recipe_show(&training->recipe, texts, &options);
    options.batch = training->batch;
    options.lr = training->learning_rate;
    options.seed = training->seed;
    options.order = (int)training->order;
    options.keep = saved->keep_best ? CLI_KEEP_BEST : CLI_KEEP_LAST;
    options.recipe = saved->recipe;
    options.common.math = (int)weft_checkpoint_math(from);
    options.validate = saved->validate;
    options.out = options.resume;
    if (!cli_options_given(&options.common, "epochs")) {
        options.epochs = training->epochs;
    }
    if (options.steps == 0) {
        options.steps = training->steps;
    }
    if (options.common.data == NULL) {
        options.common.data = saved->data;
    }
    if (options.common.test_fraction == 0) {
        options.common.test_fraction = saved->test_fraction;
    }
    return options;
}

/* Whether the checkpoint has the value of an option. */
static bool is_kept(const struct cli_option *row) {
    return (row->recipe && strcmp(row->name, "epochs") != 0) || strcmp(row->name, "seed") == 0 ||
           strcmp(row->name, "math") == 0;
}

/* Returns the value of ${row} as messages have it. */
static const char *value_of(const struct cli_option *row, const struct cli_options *options,
                            char digits[64]) {
    const char *text = cli_option_text(row, options, digits);
    if (row->type == CLI_OPTION_FLAG) {
        return cli_option_is_default(row, options) ? "without it" : "with it";
    }
    return text != NULL ? text : "without it";
}

/* Options that determine the bits have to be those of the checkpoint. */
static enum weft_status check_kept(const struct cli_training *train,
                                   const struct cli_train_options *resumed,
                                   struct weft_error *error) {
    const struct cli_options *given = &train->options.common;
    const struct cli_option *row;
    for (size_t i = 0; (row = cli_options_row(given->command, i)) != NULL; i++) {
        char now[64], before[64];
        if ((given->given >> i & 1) != 0 && is_kept(row) &&
            strcmp(value_of(row, given, now), value_of(row, &resumed->common, before)) != 0) {
            return conflict(train, row->name, value_of(row, &resumed->common, before), error);
        }
    }
    return WEFT_OK;
}

/* Another number of steps would have given other values from the first step on. */
static enum weft_status check_total(const struct cli_training *train,
                                    const struct weft_training_options *before,
                                    struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    const bool epochs =
        cli_options_given(&options->common, "epochs") && options->epochs != before->epochs;
    const bool steps = options->steps > 0 && options->steps != before->steps;
    const char *name = epochs ? "epochs" : "steps";
    struct cli_train_options shown;
    struct cli_recipe_texts texts;
    char source[128];
    if ((!epochs && !steps) ||
        (before->recipe.average == 0 && !cli_recipe_needs_total(&before->recipe))) {
        return WEFT_OK;
    }
    cli_recipe_source(train, name, source);
    cli_recipe_show(&before->recipe, &texts, &shown);
    if (before->recipe.average > 0) {
        error_set(error, WEFT_USAGE,
                  "%s: --average %zu of this run averages the last of %zu epochs", source,
                  before->recipe.average, before->epochs);
    } else if (before->recipe.schedule == WEFT_SCHEDULE_CONSTANT ||
               before->recipe.schedule == WEFT_SCHEDULE_STEP) {
        error_set(error, WEFT_USAGE,
                  "%s: the run began with --warmup %s of all steps, and cannot have others now",
                  source, shown.warmup);
    } else {
        error_set(error, WEFT_USAGE,
                  "%s: the schedule %s of this run is for %zu epochs, and cannot be made longer or "
                  "shorter",
                  source, shown.schedule, before->epochs);
    }
    return error_hint(error, "omit --%s, or begin a new training with another --out",
                      source[0] == '-' ? name : "recipe");
}

static enum weft_status check_options(const struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    const struct weft_checkpoint *from = train->from;
    static const char *const pixels[] = {"mean", "std"};
    char source[128];
    const size_t epochs = weft_checkpoint_epochs(from);
    const uint64_t steps = weft_checkpoint_steps(from);
    if (cli_options_given(&options->common, "out") || options->force) {
        return error_set(error, WEFT_USAGE, "--%s: --resume names the run folder",
                         options->force ? "force" : "out");
    }
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        if (cli_options_given(&options->common, pixels[i])) {
            return conflict(train, pixels[i], "those of its model", error);
        }
    }
    if (cli_options_given(&options->common, "epochs") && options->epochs < epochs) {
        return error_set(error, WEFT_USAGE, "%s %llu: %zu are finished already",
                         cli_recipe_source(train, "epochs", source),
                         (unsigned long long)options->epochs, epochs);
    }
    if (options->steps > 0 && options->steps < steps) {
        return error_set(error, WEFT_USAGE, "--steps %llu: %llu are made already",
                         (unsigned long long)options->steps, (unsigned long long)steps);
    }
    return WEFT_OK;
}

static enum weft_status check_init(const struct cli_training *train, struct weft_error *error) {
    const char *before = train->saved.init;
    struct weft_model *model;
    bool same;
    TRY(weft_model_load(train->options.init, &model, error));
    same = strcmp(weft_model_sha256(model), before) == 0;
    weft_model_destroy(model);
    return same ? WEFT_OK
                : conflict(train, "init", before[0] != '\0' ? before : "no --init", error);
}

static enum weft_status check_network(const struct cli_training *train, struct weft_error *error) {
    struct weft_network *network = NULL;
    char *now, *before;
    enum weft_status status = WEFT_OK;
    TRY(cli_load_network(train->options.network, &network, error));
    now = weft_network_to_json(network);
    before = weft_network_to_json(weft_model_network(weft_checkpoint_model(train->from)));
    if (now == NULL || before == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for the network's text");
    } else if (strcmp(now, before) != 0) {
        status = conflict(train, "network", "another network", error);
    }
    weft_free(now);
    weft_free(before);
    weft_network_destroy(network);
    return status;
}

enum weft_status cli_resume_options(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    const struct weft_checkpoint *from = train->from;
    const struct weft_training_options before = planned(from);
    struct cli_recipe_texts texts;
    struct cli_train_options resumed =
        resumed_options(options, &before, from, &train->saved, &texts);
    TRY(check_kept(train, &resumed, error));
    TRY(check_options(train, error));
    TRY(check_total(train, &before, error));
    if (options->init != NULL) {
        TRY(check_init(train, error));
    }
    if (options->network != NULL) {
        TRY(check_network(train, error));
    }
    if (resumed.dump_gradients != NULL && weft_checkpoint_epochs(from) >= resumed.epochs) {
        return error_set(error, WEFT_USAGE, "--dump-gradients: all %zu epochs are finished",
                         weft_checkpoint_epochs(from));
    }
    train->recipe = before.recipe;
    cli_recipe_show(&before.recipe, &train->texts, &resumed);
    train->options = resumed;
    train->file.given = 0;
    train->best = train->saved.best;
    return WEFT_OK;
}

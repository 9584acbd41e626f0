/* resume.c: weft train --resume: the state of a training, saved after each complete epoch. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/try.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/run_check.h"
#include "os/files.h"

enum weft_status cli_resume_save(const struct cli_training *train, struct weft_error *error) {
    struct weft_checkpoint *checkpoint;
    char path[4096];
    enum weft_status status;
    TRY(weft_session_checkpoint(train->session, &checkpoint, error));
    TRY_OR(done, cli_saved_write(train, checkpoint, error));
    cli_run_path(train->run.path, "checkpoint.safetensors", path);
    status = weft_checkpoint_save(checkpoint, path, error);
done:
    weft_checkpoint_destroy(checkpoint);
    return status;
}

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
    char source[128];
    static const char *const pixels[] = {"mean", "std"};
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

/* Fails if the file ${path} is missing. If it cannot be read, its reader says why. */
static enum weft_status check_started(const char *path, struct weft_error *error) {
    if (!os_is_missing(path)) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "%s: it does not exist: no epoch was finished in this run",
              path);
    return error_hint(error, "start again with weft train");
}

/* The options of a model that do not change while it is trained; NULL if there are none. */
static json_t *fixed_options(const char *text) {
    json_t *options = NULL;
    if (text != NULL) {
        json_read(text, strlen(text), &options, NULL);
    }
    json_object_del(options, "epochs");
    json_object_del(options, "steps");
    json_object_del(options, "total_steps");
    json_object_del(options, "average");
    return options;
}

/* Fails if the model in the folder, which will be replaced, is of another run. One that is damaged
 * is made again. */
static enum weft_status check_model(const struct cli_training *train, struct weft_error *error) {
    char *own = cli_train_model_options(train, 0, false);
    struct weft_model *model = NULL;
    enum weft_status status;
    json_t *before, *now;
    char path[4096];
    bool same = true;
    cli_run_path(train->run.path, "model.safetensors", path);
    if (weft_model_load(path, &model, NULL) == WEFT_OK) {
        before = fixed_options(own);
        now = fixed_options(weft_model_options(model));
        same = before == NULL || now == NULL || json_equal(before, now);
        json_decref(before);
        json_decref(now);
    }
    status = same ? cli_best_check(train, model, error) : cli_record_fail_mixed(error, path);
    weft_model_destroy(model);
    free(own);
    return status;
}

/* Checks the options that were given against ${train}->from, and takes those that the run began
 * with. */
static enum weft_status take_options(struct cli_training *train, struct weft_error *error) {
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

/* Fails unless the checkpoint ${path} is of complete epochs and nothing else. */
static enum weft_status check_steps(const struct weft_checkpoint *from, const char *path,
                                    struct weft_error *error) {
    const uint64_t steps = weft_checkpoint_steps(from);
    const struct weft_epoch *epoch;
    uint64_t sum = 0;
    for (size_t i = 0; (epoch = weft_checkpoint_epoch(from, i)) != NULL; i++) {
        sum += epoch->steps;
    }
    return steps > 0 && steps == sum
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE, "%s: %llu steps are not those of %zu epochs", path,
                           (unsigned long long)steps, weft_checkpoint_epochs(from));
}

enum weft_status cli_resume_load(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    char path[4096];
    /* Lock the folder, and read the checkpoint. */
    cli_run_path(options->resume, "checkpoint.safetensors", path);
    if (os_is_folder(options->resume)) {
        TRY(cli_run_open(&train->run, &options->common, options->resume, error));
        TRY(check_started(path, error));
        TRY(cli_run_check(options->resume, error));
    }
    TRY(weft_checkpoint_load(path, &train->from, error));
    TRY(cli_saved_read(train->from, path, &train->saved, error));
    TRY(check_steps(train->from, path, error));
    TRY(take_options(train, error));
    TRY(check_model(train, error));
    TRY(weft_model_clone(weft_checkpoint_model(train->from), &train->model, error));
    return cli_record_resume(train, error);
}

enum weft_status cli_resume_check_data(struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&train->identity[i]);
        if (!cli_identity_same(&train->saved.hash[i], &train->identity[i].hash)) {
            error_set(error, WEFT_USAGE,
                      "%s: not the images that the run began with: the %s split is another one",
                      train->data, weft_split_name((enum weft_split)i));
            return error_hint(error, "name their folder with --data");
        }
    }
    return WEFT_OK;
}

/* Writes the model of the checkpoint, which an interrupted run may have replaced. */
static enum weft_status restore_model(struct cli_training *train, struct weft_error *error) {
    struct weft_model *model;
    enum weft_status status;
    if (train->best.epoch > 0 && train->best.epoch != weft_checkpoint_epochs(train->from)) {
        return WEFT_OK; /* the folder has the model of that epoch */
    }
    TRY(weft_model_clone(weft_checkpoint_model(train->from), &model, error));
    status = cli_train_save_model(train, model, weft_checkpoint_epochs(train->from), false, error);
    weft_model_destroy(model);
    return status;
}

enum weft_status cli_resume_begin(struct cli_training *train, struct weft_error *error) {
    uint64_t limit = train->options.steps;
    TRY(cli_run_clear(&train->run, true, error));
    TRY(restore_model(train, error));
    TRY(cli_record_write(train, error));
    cli_message_notice(&train->options.common, "%s: continues after epoch %zu of %llu",
                       train->run.path, train->record.epoch_count,
                       (unsigned long long)train->options.epochs);
    if (limit > 0 && limit <= train->record.steps) {
        cli_message_notice(&train->options.common,
                           "nothing is left to train: --steps %llu ended the run",
                           (unsigned long long)limit);
    }
    return WEFT_OK;
}

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
#include "cli/setup.h"
#include "os/files.h"

/* The epochs as a checkpoint records them; the caller frees them. NULL without memory. */
static struct weft_epoch *make_history(const struct cli_record *record, uint64_t images) {
    size_t epochs = record->epoch_count;
    struct weft_epoch *history = calloc(epochs, sizeof *history);
    for (size_t i = 0; history != NULL && i < epochs; i++) {
        const struct report_epoch *from = &record->epochs[i];
        history[i] =
            (struct weft_epoch){.images = images,
                                .correct = (uint64_t)(from->accuracy * (double)images + 0.5),
                                .total_loss = from->total_loss,
                                .seconds = from->seconds,
                                .steps = (size_t)(record->steps / epochs)};
    }
    return history;
}

enum weft_status cli_resume_save(const struct cli_training *train, struct weft_error *error) {
    size_t count = train->model->network->parameter_count;
    uint64_t images = cli_train_images(train);
    float *moments = calloc(2 * count + 1, sizeof *moments);
    struct weft_epoch *history = make_history(&train->record, images);
    struct checkpoint checkpoint = {.model = train->model,
                                    .training = train->training,
                                    .math = (enum weft_math)train->options.common.math,
                                    .epochs = train->record.epoch_count,
                                    .steps = train->record.steps,
                                    .moments = moments,
                                    .history = history,
                                    .data = (char *)train->data,
                                    .images = images,
                                    .checksum = train->checksum};
    char path[4096];
    enum weft_status status;
    checkpoint.training.batch = (size_t)train->options.batch;
    strcpy(checkpoint.init, train->init_sha256);
    if (moments == NULL || history == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a checkpoint");
        goto done;
    }
    checkpoint.second_moments = moments + count;
    TRY_OR(done, backend_read(train->backend, ARRAY_MOMENTS, moments, error));
    TRY_OR(done,
           backend_read(train->backend, ARRAY_SECOND_MOMENTS, checkpoint.second_moments, error));
    cli_run_path(train->run.path, "checkpoint.safetensors", path);
    status = checkpoint_save(&checkpoint, path, error);
done:
    free(moments);
    free(history);
    return status;
}

static enum weft_status conflict(struct weft_error *error, const char *option, const char *before) {
    error_set(error, WEFT_USAGE,
              "--%s: --resume continues with the options that the run began with: %s", option,
              before);
    return error_hint(error, "omit --%s", option);
}

/* Returns the options of a resumed run: those of the checkpoint, and those that may be chosen
 * again. */
static struct cli_train_options resumed_options(const struct cli_train_options *given,
                                                const struct checkpoint *from) {
    struct cli_train_options options = *given;
    options.batch = from->training.batch;
    options.lr = from->training.learning_rate;
    options.seed = from->training.seed;
    options.order = (int)from->training.order;
    options.common.math = (int)from->math;
    options.out = options.resume;
    if (!cli_options_given(&options.common, "epochs")) {
        options.epochs = from->training.epochs;
    }
    if (options.steps == 0) {
        options.steps = from->training.steps;
    }
    if (options.common.data == NULL) {
        options.common.data = from->data;
    }
    return options;
}

/* Options that determine the bits have to be those of the checkpoint. */
static enum weft_status check_kept(const struct cli_train_options *given,
                                   const struct cli_train_options *resumed,
                                   struct weft_error *error) {
    static const char *const kept[] = {"batch", "lr", "seed", "order", "math"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const struct cli_option *row = cli_options_find(given->common.command, kept[i]);
        char now[64], before[64];
        const char *text = cli_option_text(row, &resumed->common, before);
        if (cli_options_given(&given->common, kept[i]) &&
            strcmp(cli_option_text(row, &given->common, now), text) != 0) {
            return conflict(error, kept[i], text);
        }
    }
    return WEFT_OK;
}

static enum weft_status check_options(const struct cli_train_options *options,
                                      const struct checkpoint *from, struct weft_error *error) {
    if (cli_options_given(&options->common, "out") || options->force) {
        return error_set(error, WEFT_USAGE, "--%s: --resume names the run folder",
                         options->force ? "force" : "out");
    }
    if (cli_options_given(&options->common, "epochs") && options->epochs < from->epochs) {
        return error_set(error, WEFT_USAGE, "--epochs %llu: %zu are finished already",
                         (unsigned long long)options->epochs, from->epochs);
    }
    if (options->steps > 0 && options->steps < from->steps) {
        return error_set(error, WEFT_USAGE, "--steps %llu: %llu are made already",
                         (unsigned long long)options->steps, (unsigned long long)from->steps);
    }
    return WEFT_OK;
}

static enum weft_status check_init(const char *path, const struct checkpoint *from,
                                   struct weft_error *error) {
    struct weft_model *model;
    bool same;
    TRY(model_load(path, &model, error));
    same = strcmp(model->sha256, from->init) == 0;
    model_destroy(model);
    return same ? WEFT_OK
                : conflict(error, "init", from->init[0] != '\0' ? from->init : "no --init");
}

static enum weft_status check_network(const char *path, const struct checkpoint *from,
                                      struct weft_error *error) {
    struct weft_network *network = NULL;
    char *now, *before;
    enum weft_status status = WEFT_OK;
    TRY(cli_load_network(path, &network, error));
    now = network_to_json(network);
    before = network_to_json(from->model->network);
    if (now == NULL || before == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for the network's text");
    } else if (strcmp(now, before) != 0) {
        status = conflict(error, "network", "another network");
    }
    free(now);
    free(before);
    network_destroy(network);
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
static json_t *fixed_options(const struct weft_model *model) {
    const char *text = model->options != NULL ? model->options : "";
    struct weft_error ignored = {0};
    json_t *options = NULL;
    json_read(text, strlen(text), &options, &ignored);
    json_object_del(options, "epochs");
    json_object_del(options, "steps");
    return options;
}

/* Fails if the model in ${folder}, which will be replaced, is of another run. One that is damaged
 * is made again. */
static enum weft_status check_model(const char *folder, const struct checkpoint *from,
                                    struct weft_error *error) {
    struct weft_error ignored = {0};
    struct weft_model *model;
    json_t *before, *now;
    char path[4096];
    bool same = true;
    if (model_load(cli_run_path(folder, "model.safetensors", path), &model, &ignored) == WEFT_OK) {
        before = fixed_options(from->model);
        now = fixed_options(model);
        same = before == NULL || now == NULL || json_equal(before, now);
        json_decref(before);
        json_decref(now);
        model_destroy(model);
    }
    return same ? WEFT_OK : cli_record_fail_mixed(error, path);
}

enum weft_status cli_resume_load(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    struct cli_train_options resumed;
    struct checkpoint *from;
    char path[4096];

    /* Lock the folder, and read the checkpoint. */
    cli_run_path(options->resume, "checkpoint.safetensors", path);
    if (os_is_folder(options->resume)) {
        TRY(cli_run_open(&train->run, &options->common, options->resume, error));
        TRY(check_started(path, error));
        TRY(cli_run_check(options->resume, error));
    }
    TRY(checkpoint_load(path, &train->from, error));
    from = train->from;
    if (from->images == 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: a session of the library wrote it, not weft train", path);
    }
    cli_load_undigested(&options->common, path, from->model->undigested);

    /* Check the options against it. */
    resumed = resumed_options(options, from);
    TRY(check_kept(options, &resumed, error));
    TRY(check_options(options, from, error));
    if (options->init != NULL) {
        TRY(check_init(options->init, from, error));
    }
    if (options->network != NULL) {
        TRY(check_network(options->network, from, error));
    }
    if (resumed.dump_gradients != NULL && from->epochs >= resumed.epochs) {
        return error_set(error, WEFT_USAGE, "--dump-gradients: all %zu epochs are finished",
                         from->epochs);
    }

    TRY(check_model(options->resume, from, error));

    /* Take its state. */
    train->options = resumed;
    strcpy(train->init_sha256, from->init);
    train->start_at =
        (struct training_start){from->epochs, from->steps, from->moments, from->second_moments};

    train->model = from->model;
    from->model = NULL;
    return cli_record_resume(train, error);
}

enum weft_status cli_resume_check_images(const struct cli_training *train,
                                         struct weft_error *error) {
    const struct checkpoint *from = train->from;
    uint64_t in_epoch = (from->images + from->training.batch - 1) / from->training.batch;
    bool same_file = train->checksum == from->checksum;
    if (same_file && cli_train_images(train) != from->images) {
        char text[32];
        snprintf(text, sizeof text, "%llu",
                 (unsigned long long)(train->images[WEFT_SPLIT_TRAIN].count - from->images));
        return conflict(error, "validate", text);
    }
    if (!same_file) {
        error_set(error, WEFT_USAGE, "%s: not the images that the run began with", train->data);
        return error_hint(error, "name their folder with --data");
    }
    if (from->steps != from->epochs * in_epoch) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s/checkpoint.safetensors: %llu steps are not %zu epochs",
                         train->run.path, (unsigned long long)from->steps, from->epochs);
    }
    return WEFT_OK;
}

enum weft_status cli_resume_check_data(const struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const struct split_hash *before = &train->model->data[i];
        const struct weft_images_hash *now = &train->identity[i].hash;
        if (before->images[0] != '\0' && (strcmp(before->images, now->images) != 0 ||
                                          strcmp(before->labels, now->labels) != 0)) {
            error_set(error, WEFT_USAGE, "%s: not the %s images that the run began with",
                      train->data, split_name((enum weft_split)i));
            return error_hint(error, "name their folder with --data");
        }
    }
    return WEFT_OK;
}

enum weft_status cli_resume_begin(struct cli_training *train, struct weft_error *error) {
    uint64_t limit = train->options.steps;
    char path[4096];
    TRY(cli_run_clear(&train->run, true, error));
    cli_run_path(train->run.path, "model.safetensors", path);
    TRY(model_save(train->model, path, train->sha256, error));
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

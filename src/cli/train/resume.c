/* resume.c: weft train --resume: the state of a training, written after each whole epoch and taken
 * up again. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "cli/messages.h"
#include "cli/setup.h"
#include "os/files.h"

enum weft_status cli_train_save_checkpoint(struct cli_training *train, struct weft_error *error) {
    size_t count = train->model->network->parameter_count, epochs = train->epoch_count;
    uint64_t images = cli_train_images(train);
    struct weft_checkpoint checkpoint = {.model = train->model,
                                         .training = train->training,
                                         .math = (enum weft_math)train->options.common.math,
                                         .epochs = epochs,
                                         .steps = train->steps,
                                         .data = train->data,
                                         .images = images,
                                         .checksum = train->checksum};
    char path[4096];
    enum weft_status status = WEFT_OK;
    checkpoint.training.batch = (size_t)train->options.batch;
    strcpy(checkpoint.init, train->init_sha256);
    checkpoint.moments = calloc(2 * count + 1, sizeof(float));
    checkpoint.history = calloc(epochs, sizeof *checkpoint.history);
    if (checkpoint.moments == NULL || checkpoint.history == NULL) {
        status = weft_fail(error, WEFT_FAILED, "no memory for a checkpoint");
    } else {
        checkpoint.second_moments = checkpoint.moments + count;
        for (size_t i = 0; i < epochs; i++) {
            const struct report_epoch *from = &train->history[i];
            checkpoint.history[i] =
                (struct weft_epoch){.images = images,
                                    .correct = (uint64_t)(from->accuracy * (double)images + 0.5),
                                    .total_loss = from->total_loss,
                                    .seconds = from->seconds,
                                    .steps = (size_t)(train->steps / epochs)};
        }
        status = weft_backend_read(train->backend, WEFT_ARRAY_MOMENTS, checkpoint.moments, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_read(train->backend, WEFT_ARRAY_SECOND_MOMENTS,
                                   checkpoint.second_moments, error);
    }
    if (status == WEFT_OK) {
        cli_run_path(&train->run, "checkpoint.safetensors", path);
        status = weft_checkpoint_save(&checkpoint, path, error);
    }
    free(checkpoint.moments);
    free(checkpoint.history);
    return status;
}

static enum weft_status conflict(struct weft_error *error, const char *option, const char *before) {
    weft_fail(error, WEFT_USAGE, "--%s: --resume goes on with the options that it began with: %s",
              option, before);
    return weft_error_hint(error, "leave --%s away", option);
}

/* Options that determine the bits have to be those of the checkpoint. */
static enum weft_status check_options(const struct cli_train_options *options,
                                      const struct weft_checkpoint *from,
                                      struct weft_error *error) {
    const struct weft_training *training = &from->training;
    char text[32];
    if (cli_options_given(&options->common, "batch") && options->batch != training->batch) {
        snprintf(text, sizeof text, "%zu", training->batch);
        return conflict(error, "batch", text);
    }
    if (cli_options_given(&options->common, "lr") && options->lr != training->learning_rate) {
        return conflict(error, "lr", number_float(training->learning_rate, text));
    }
    if (cli_options_given(&options->common, "seed") && options->seed != training->seed) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)training->seed);
        return conflict(error, "seed", text);
    }
    if (cli_options_given(&options->common, "order") && options->order != (int)training->order) {
        return conflict(error, "order", training->order == WEFT_ORDER_FILE ? "file" : "shuffled");
    }
    if (cli_options_given(&options->common, "math") && options->common.math != (int)from->math) {
        return conflict(error, "math", cli_math_names[from->math]);
    }
    if (cli_options_given(&options->common, "out") || options->force) {
        return weft_fail(error, WEFT_USAGE, "--%s: --resume names the run folder",
                         options->force ? "force" : "out");
    }
    if (cli_options_given(&options->common, "epochs") && options->epochs < from->epochs) {
        return weft_fail(error, WEFT_USAGE, "--epochs %llu: %zu are finished already",
                         (unsigned long long)options->epochs, from->epochs);
    }
    if (options->steps > 0 && options->steps < from->steps) {
        return weft_fail(error, WEFT_USAGE, "--steps %llu: %llu are made already",
                         (unsigned long long)options->steps, (unsigned long long)from->steps);
    }
    return WEFT_OK;
}

/* --init and --network may be said again, if they are the same. */
static enum weft_status check_sources(const struct cli_train_options *options,
                                      const struct weft_checkpoint *from,
                                      struct weft_error *error) {
    char sha256[65];
    enum weft_status status = WEFT_OK;
    if (options->init != NULL) {
        status = weft_file_sha256(options->init, sha256, error);
        if (status == WEFT_OK && strcmp(sha256, from->init) != 0) {
            status = conflict(error, "init", from->init[0] != '\0' ? from->init : "no --init");
        }
    }
    if (status == WEFT_OK && options->network != NULL) {
        struct weft_network *network = NULL;
        char *wanted = NULL, *found = NULL;
        status = cli_setup_network(options->network, &network, error);
        if (status == WEFT_OK) {
            wanted = weft_network_to_json(network);
            found = weft_network_to_json(from->model->network);
            if (wanted == NULL || found == NULL) {
                status = weft_fail(error, WEFT_FAILED, "no memory for the network's text");
            } else if (strcmp(wanted, found) != 0) {
                status = conflict(error, "network", "another network");
            }
        }
        free(wanted);
        free(found);
        weft_network_destroy(network);
    }
    return status;
}

/* The options of a run that goes on: those of the checkpoint, and what may be chosen anew. */
static void take_options(struct cli_training *train, const struct weft_checkpoint *from) {
    struct cli_train_options *options = &train->options;
    options->batch = from->training.batch;
    options->lr = from->training.learning_rate;
    options->seed = from->training.seed;
    options->order = (int)from->training.order;
    options->common.math = (int)from->math;
    options->out = options->resume;
    if (!cli_options_given(&options->common, "epochs")) {
        options->epochs = from->training.epochs;
    }
    if (options->steps == 0) {
        options->steps = from->training.steps;
    }
    if (options->common.data == NULL) {
        options->common.data = from->data;
    }
}

static enum weft_status take_history(struct cli_training *train, const struct weft_checkpoint *from,
                                     struct weft_error *error) {
    size_t room = 1;
    while (room < from->epochs) { /* it grows by doubling */
        room *= 2;
    }
    train->history = calloc(room, sizeof *train->history);
    if (train->history == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the history of %zu epochs",
                         from->epochs);
    }
    for (size_t i = 0; i < from->epochs; i++) {
        const struct weft_epoch *epoch = &from->history[i];
        train->history[i] = (struct report_epoch){i + 1, epoch->accuracy, epoch->total_loss,
                                                  epoch->mean_loss, epoch->seconds};
    }
    train->epoch_count = train->whole_epochs = from->epochs;
    train->steps = from->steps;
    return WEFT_OK;
}

enum weft_status cli_train_resume(struct cli_training *train, struct weft_error *error) {
    const char *folder = train->options.resume;
    struct weft_checkpoint *from = NULL;
    char path[4096];
    enum weft_status status;
    if (snprintf(train->run.path, sizeof train->run.path, "%s", folder) >=
        (int)sizeof train->run.path) {
        return weft_fail(error, WEFT_USAGE, "--resume: the path is too long");
    }
    cli_run_path(&train->run, "checkpoint.safetensors", path);
    if (os_is_folder(folder) && !os_exists(path)) {
        weft_fail(error, WEFT_BAD_FILE, "%s: it is not there: no epoch was finished in this run",
                  path);
        return weft_error_hint(error, "start again with weft train");
    }
    status = weft_checkpoint_load(path, &from, error);
    if (status != WEFT_OK) {
        return status;
    }
    train->from = from;
    if ((status = check_options(&train->options, from, error)) != WEFT_OK ||
        (status = check_sources(&train->options, from, error)) != WEFT_OK ||
        (status = take_history(train, from, error)) != WEFT_OK) {
        return status;
    }
    take_options(train, from);
    strcpy(train->init_sha256, from->init);
    train->start = (struct weft_training_start){from->epochs, from->steps, from->moments,
                                                from->second_moments};
    if (train->options.dump_gradients != NULL && from->epochs >= train->options.epochs) {
        return weft_fail(error, WEFT_USAGE, "--dump-gradients: all %zu epochs are finished",
                         from->epochs);
    }
    train->model = from->model;
    from->model = NULL;
    return WEFT_OK;
}

enum weft_status cli_train_check_images(const struct cli_training *train,
                                        struct weft_error *error) {
    const struct weft_checkpoint *from = train->from;
    uint64_t in_epoch = (from->images + from->training.batch - 1) / from->training.batch;
    if (train->checksum == from->checksum && cli_train_images(train) != from->images) {
        char text[32];
        snprintf(text, sizeof text, "%llu",
                 (unsigned long long)(train->images[WEFT_SPLIT_TRAIN].count - from->images));
        return conflict(error, "validate", text);
    }
    if (cli_train_images(train) != from->images || train->checksum != from->checksum) {
        weft_fail(error, WEFT_USAGE, "%s: not the images that the run was begun with", train->data);
        return weft_error_hint(error, "name their folder with --data");
    }
    if (from->steps != from->epochs * in_epoch) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "%s/checkpoint.safetensors: %llu steps are not %zu epochs",
                         train->run.path, (unsigned long long)from->steps, from->epochs);
    }
    return WEFT_OK;
}

enum weft_status cli_train_go_on(struct cli_training *train, struct weft_error *error) {
    enum weft_status status = cli_run_clear_results(&train->run, error);
    uint64_t limit = train->options.steps;
    if (status == WEFT_OK) {
        cli_train_take_validation(train);
        status = cli_train_take_steps(train, error);
    }
    if (status == WEFT_OK) {
        status = weft_model_save(train->model, train->model_path, train->sha256, error);
    }
    if (status == WEFT_OK) {
        status = cli_train_write_history(train, error);
    }
    cli_message_notice(&train->options.common, "%s: goes on after epoch %zu of %llu",
                       train->run.path, train->epoch_count,
                       (unsigned long long)train->options.epochs);
    if (limit > 0 && limit <= train->steps) {
        cli_message_notice(&train->options.common,
                           "nothing is left to train: --steps %llu ended the run",
                           (unsigned long long)limit);
    }
    return status;
}

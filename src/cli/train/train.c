/* train.c: weft train: from options to a run folder. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "cli/messages.h"
#include "cli/setup.h"
#include "os/host.h"
#include "os/interrupt.h"

/* What can be wrong without any device: options, data, network, initial values. In the order of how
 * likely it is. */
static enum weft_status read_inputs(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    struct weft_network *network = NULL;
    char path[4096];
    enum weft_status status;
    if (options->resume != NULL) {
        status = cli_train_resume(train, error);
        if (status != WEFT_OK) {
            return status;
        }
        options = &train->options;
    }
    if (options->init != NULL && options->network != NULL) {
        return weft_fail(error, WEFT_USAGE, "--network: --init brings its own network");
    }
    status = weft_data_find(options->common.data, train->data, error);
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = weft_images_read(train->data, (enum weft_split)i, &train->images[i], NULL, error);
    }
    if (status == WEFT_OK) {
        train->checksum = weft_images_checksum(&train->images[WEFT_SPLIT_TRAIN]);
    }
    if (status == WEFT_OK) {
        status = cli_train_check_validate(train, error);
    }
    if (status == WEFT_OK && train->from != NULL) {
        status = cli_train_check_images(train, error);
    } else if (status == WEFT_OK && options->init != NULL) {
        status = cli_setup_model(&options->common, options->init, &train->model, path,
                                 train->init_sha256, error);
    } else if (status == WEFT_OK) {
        status = cli_setup_network(options->network, &network, error);
        if (status == WEFT_OK) {
            status = weft_model_create(network, &train->model, error);
        }
        if (status == WEFT_OK) {
            weft_model_initialise(train->model, options->seed);
        }
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = weft_backend_check_images(train->model->network, &train->images[i], error);
    }
    return status;
}

static void choose_training(struct cli_training *train) {
    const struct cli_train_options *options = &train->options;
    size_t count = cli_train_images(train);
    train->training = weft_training_default();
    train->training.epochs = (size_t)options->epochs;
    train->training.batch = options->batch < count ? (size_t)options->batch : count;
    train->training.learning_rate = options->lr;
    train->training.seed = options->seed;
    train->training.order = (enum weft_order)options->order;
    train->training.steps = options->steps;
    train->training.start = train->from != NULL ? &train->start : NULL;
}

/* Images of a pass. Evaluation goes faster in larger passes than a training's steps; running
 * statistics make them all the same. */
static size_t largest_batch(const struct cli_training *train) {
    return train->training.batch > CLI_RUNNING_BATCH ? train->training.batch : CLI_RUNNING_BATCH;
}

static enum weft_status open_device(struct cli_training *train, struct weft_error *error) {
    float values[256];
    enum weft_status status = cli_setup_device(&train->options.common, train->model->network,
                                               largest_batch(train), false, &train->backend, error);
    if (status == WEFT_OK) {
        weft_pixels_normalised(values);
        status = weft_backend_set_pixels(train->backend, values, error);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status =
            weft_backend_set_images(train->backend, (enum weft_split)i, &train->images[i], error);
    }
    return status;
}

/* What remains of a training that did not come to its end. */
static enum weft_status explain(const struct cli_training *train, enum weft_status status,
                                struct weft_error *error) {
    char command[900];
    if (train->said.status != WEFT_OK) {
        *error = train->said;
        return error->status;
    }
    if (status == WEFT_INTERRUPTED) {
        *error = (struct weft_error){0};
        weft_fail(error, status, "training: interrupted after %zu whole epoch%s: %.1000s",
                  train->whole_epochs, train->whole_epochs == 1 ? "" : "s",
                  train->epoch_count > 0 ? train->run.path : "nothing is kept");
    }
    if (status == WEFT_INTERRUPTED && train->whole_epochs > 0 &&
        cli_train_resume_command(train, command, sizeof command)) {
        weft_error_hint(error, "it holds the model after epoch %zu; to go on:\n  %s",
                        train->epoch_count, command);
    } else if (train->epoch_count > 0) {
        weft_error_hint(error, "%.900s holds the model after epoch %zu", train->run.path,
                        train->epoch_count);
    } else {
        weft_error_hint(error, "no model was written%s",
                        status == WEFT_FAILED ? "; a smaller --lr may help" : "");
    }
    return status;
}

static enum weft_status run_training(struct cli_training *train, struct weft_error *error) {
    struct weft_training_events events = cli_train_events(train);
    enum weft_status status;
    cli_progress_start(&train->progress, &train->options.common);
    status = weft_train(train->model, train->backend, cli_train_images(train), &train->training,
                        &events, error);
    cli_progress_wipe(&train->progress);
    return status == WEFT_OK ? WEFT_OK : explain(train, status, error);
}

static enum weft_status dump_gradients(const struct cli_training *train, struct weft_error *error) {
    const struct weft_network *network = train->model->network;
    float *values;
    enum weft_status status;
    if (train->options.dump_gradients == NULL) {
        return WEFT_OK;
    }
    values = calloc(network->parameter_count + 1, sizeof *values);
    if (values == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu gradients",
                         network->parameter_count);
    }
    status = weft_backend_read(train->backend, WEFT_ARRAY_GRADIENTS, values, error);
    if (status == WEFT_OK) {
        status = weft_parameters_save(network, values, train->options.dump_gradients, error);
    }
    free(values);
    return status;
}

static bool go_on(void *context, size_t done, size_t images) {
    (void)context, (void)done, (void)images;
    return !os_interrupted();
}

/* Both splits with running statistics, printed as they are there. */
static enum weft_status evaluate(struct cli_training *train, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        struct weft_evaluation_options how = {(enum weft_split)i, WEFT_STATISTICS_RUNNING,
                                              largest_batch(train), go_on, NULL};
        status = weft_evaluate(train->backend, &train->images[i], &how, false,
                               &train->evaluations[i], error);
        if (status == WEFT_INTERRUPTED) {
            return explain(train, status, error);
        }
        if (status == WEFT_OK) {
            status = cli_train_print_evaluation(train, how.split, error);
        }
    }
    return status;
}

static enum weft_status work(struct cli_training *train, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status = read_inputs(train, error);
    os_catch_interrupts();
    if (status == WEFT_OK) {
        choose_training(train);
    }
    if (status == WEFT_OK && train->from == NULL) {
        status = cli_run_create(&train->run, train->options.out, train->options.force, error);
    }
    if (status != WEFT_OK || (status = open_device(train, error)) != WEFT_OK ||
        (train->from == NULL && (status = cli_run_clear(&train->run, error)) != WEFT_OK)) {
        return status;
    }
    cli_run_path(&train->run, "model.safetensors", train->model_path);
    if (train->from != NULL && (status = cli_train_go_on(train, error)) != WEFT_OK) {
        return status;
    }
    cli_message_notice(&train->options.common, "run folder: %s", train->run.path);
    cli_message_detail(&train->options.common,
                       "data: %s, %zu and %zu images; network: %zu parameters", train->data,
                       train->images[WEFT_SPLIT_TRAIN].count, train->images[WEFT_SPLIT_TEST].count,
                       train->model->network->parameter_count);
    if ((status = cli_train_print_start(train, error)) != WEFT_OK ||
        (status = run_training(train, error)) != WEFT_OK ||
        (status = dump_gradients(train, error)) != WEFT_OK ||
        (status = evaluate(train, error)) != WEFT_OK) {
        return status;
    }
    train->seconds = os_seconds() - start;
    status = cli_train_write_results(train, error);
    if (status == WEFT_OK) {
        status = cli_train_print_done(train, error);
    }
    return status == WEFT_OK && !train->silent ? cli_train_check_sanity(train, error) : status;
}

/* ${device}, if not NULL, is set, and nothing is printed. */
static enum weft_status run(const struct cli_train_options *options, struct weft_device *device,
                            struct weft_error *error) {
    struct cli_training train = {.options = *options, .silent = device != NULL};
    enum weft_status status = work(&train, error);
    if (status != WEFT_OK) {
        cli_run_discard(&train.run);
    }
    if (device != NULL && train.backend != NULL) {
        *device = *weft_backend_device(train.backend);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        weft_evaluation_finish(&train.evaluations[i]);
        weft_images_finish(&train.images[i]);
    }
    weft_backend_close(train.backend);
    weft_model_destroy(train.model);
    weft_checkpoint_destroy(train.from);
    free(train.history);
    free(train.log);
    return status;
}

enum weft_status cli_train_run(const void *options, struct weft_error *error) {
    return run(options, NULL, error);
}

enum weft_status cli_train_silently(const struct cli_train_options *options,
                                    struct weft_device *device, struct weft_error *error) {
    return run(options, device, error);
}

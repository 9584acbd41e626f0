/* run.c: weft train: from options to a run folder. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "backend/device.h"
#include "base/try.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/needs.h"
#include "cli/setup_backend.h"
#include "os/files.h"
#include "os/host.h"
#include "os/process.h"

static const char *const orders[] = {"shuffled", "file", NULL}; /* enum weft_order */

#define OPTIONS struct cli_train_options

static const struct cli_option rows[] = {
    OPTION_COUNT("epochs", epochs, "5", 1, 100000, "passes over all training images"),
    OPTION_COUNT("batch", batch, "100", 1, 1000000, "images per step"),
    OPTION_FLOAT("lr", lr, "0.01", 1e-9f, 1e3f, "Adam's learning rate"),
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "seed of the initial values and the shuffles"),
    OPTION_CHOICE("order", order, "shuffled", orders, "order of the images"),
    OPTION_COUNT("steps", steps, NULL, 1, UINT64_MAX / 2, "end after N steps in total"),
    OPTION_COUNT("validate", validate, NULL, 1, 1000000,
                 "hold out the last N images, evaluate them by epoch;\n"
                 "the final matrix of train covers the whole split"),
    OPTION_TEXT("init", init, "MODEL", "begin with the network and the values of MODEL"),
    OPTION_FILE("network", network,
                "layers in JSON, instead of the published network;\n"
                "with --init, those of a MODEL that does not name them"),
    OPTION_TEXT("out", out, "DIR", "the run folder (default: run-N, the first that is new)"),
    OPTION_TEXT("resume", resume, "DIR",
                "continue after the last complete epoch of DIR, with the same\n"
                "bits; --epochs may be larger, the device another"),
    OPTION_STEP_KERNEL,
    OPTION_FLAG("force", force, "replace the run in a DIR that is not empty"),
    OPTION_FILE("dump-gradients", dump_gradients,
                "write the gradients of the last step as safetensors"),
    {.name = NULL},
};

static const char notes[] =
    "Ctrl-C keeps the last complete epoch. Exit code 1: the training learned nothing.\n";

static const char details[] =
    "A training that learned nothing ends with exit code 1, after its files were written:\n"
    "- it has two epochs or more, and the mean loss of each is higher than that of the previous "
    "one;\n"
    "- it has 100 steps or more, and the last epoch is no better than guessing: its mean loss is\n"
    "  not below ln(classes), and less than 1.5 / classes of its images are right.\n"
    "\n"
    "A loss that is not a finite number ends it at once, also with exit code 1. The files of the\n"
    "last complete epoch are kept.\n"
    "\n"
    "Ctrl-C stops it with exit code 130. --resume then gives the same bits as a training without\n"
    "the stop. A second Ctrl-C ends it at once.\n"
    "\n"
    "Without --out, the folder is the first of run-1, run-2, ... that does not exist.\n";

/* Returns the number of images of a step. */
static size_t step_batch(const struct cli_training *train) {
    size_t count = cli_train_images(train);
    return train->options.batch < count ? (size_t)train->options.batch : count;
}

/* Returns how many bytes the activations of a pass with running statistics may have: a quarter of
 * the device's memory, and no buffer that is too large. */
static uint64_t running_memory(const struct cli_training *train) {
    const char *selector = train->options.common.device;
    struct device_info device = {.builtin = true};
    uint64_t memory;
    if (device_choose(selector != NULL ? selector : "auto", &device, NULL, NULL) != WEFT_OK ||
        device.global_memory == 0) {
        return UINT64_MAX;
    }
    memory = device.global_memory / 4;
    return device.max_buffer > 0 && device.max_buffer < memory ? device.max_buffer : memory;
}

/* Returns the number of images of the largest pass. Evaluation is faster in larger passes than the
 * steps of a training, and with running statistics the size changes no bit. Whether a training fits
 * into the device's memory depends on --batch alone. */
static size_t largest_batch(const struct cli_training *train, const struct weft_network *network) {
    const uint64_t memory = running_memory(train);
    const size_t step = step_batch(train);
    size_t batch = cli_needs_batch(network, false);
    while (batch > step && network_needs_of(network, batch, false).activations > memory) {
        batch /= 2;
    }
    return step > batch ? step : batch;
}

/* Says what a training of ${network} needs, before anything that takes long. Fails with
 * WEFT_NO_MEMORY if this machine has less memory. */
static enum weft_status announce(struct cli_training *train, const struct weft_network *network,
                                 struct weft_error *error) {
    train->largest = largest_batch(train, network);
    cli_needs_print(&train->options.common, network, step_batch(train), train->largest, false);
    return cli_needs_check(&train->options.common, network, train->largest, error);
}

/* Makes the model of --init, or of --network with initial values. */
static enum weft_status make_model(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    struct weft_network *network = NULL;
    enum weft_status status;
    if (options->init != NULL) {
        TRY(cli_load_model(&options->common, options->init, options->network, &train->model,
                           error));
        strcpy(train->init_sha256, train->model->sha256);
        return announce(train, train->model->network, error);
    }
    TRY(cli_load_network(options->network, &network, error));
    status = announce(train, network, error);
    if (status != WEFT_OK) {
        network_destroy(network);
        return status;
    }
    TRY(model_create(network, &train->model, error));
    model_initialise(train->model, options->seed);
    return WEFT_OK;
}

/* Reads and checks what needs no device: options, data, network, initial values; the most likely
 * mistakes come first. */
static enum weft_status read_inputs(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    if (options->resume != NULL) {
        TRY(cli_resume_load(train, error));
    }
    if (options->dump_gradients != NULL) {
        TRY(os_file_check(options->dump_gradients, error));
    }
    TRY(cli_setup_images(options->common.data, train->data, train->images, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_start(&train->identity[i], &train->images[i]);
    }
    train->checksum = images_checksum(&train->images[WEFT_SPLIT_TRAIN]);
    TRY(cli_train_check_validate(train, error));
    if (train->from != NULL) {
        TRY(cli_resume_check_images(train, error));
        TRY(announce(train, train->model->network, error));
    } else {
        TRY(make_model(train, error));
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(backend_check_images(train->model->network, &train->images[i], error));
    }
    return WEFT_OK;
}

static void choose_training(struct cli_training *train) {
    const struct cli_train_options *options = &train->options;
    train->training = training_default();
    train->training.epochs = (size_t)options->epochs;
    train->training.batch = step_batch(train);
    train->training.learning_rate = options->lr;
    train->training.seed = options->seed;
    train->training.order = (enum weft_order)options->order;
    train->training.steps = options->steps;
    train->training.start = train->from != NULL ? &train->start_at : NULL;
}

static enum weft_status open_device(struct cli_training *train, struct weft_error *error) {
    float values[256];
    const struct weft_network *network = train->model->network;
    TRY(cli_setup_device(&train->options.common, network, train->largest, false, &train->progress,
                         &train->backend, error));
    pixels_normalised(values);
    TRY(backend_set_pixels(train->backend, values, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(backend_set_images(train->backend, (enum weft_split)i, &train->images[i], error));
    }
    return WEFT_OK;
}

/* Gives the model what its file records of the data. */
static enum weft_status set_data(struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&train->identity[i]);
    }
    if (train->from != NULL) {
        TRY(cli_resume_check_data(train, error));
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(weft_model_set_data(train->model, (enum weft_split)i, &train->identity[i].hash, error));
    }
    if (train->from != NULL && train->model->classes != NULL) {
        return WEFT_OK;
    }
    return model_set_classes(train->model,
                             cli_identity_classes(NULL, &train->identity[WEFT_SPLIT_TRAIN]),
                             train->images[WEFT_SPLIT_TRAIN].classes, error);
}

/* Opens the device and prepares the run folder. A folder that exists changes only after the device
 * is open. */
static enum weft_status prepare(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    if (train->from == NULL) {
        TRY(cli_run_create(&train->run, &options->common, options->out, options->force, error));
    }
    TRY(open_device(train, error));
    TRY(set_data(train, error));
    if (train->from == NULL) {
        TRY(cli_run_clear(&train->run, false, error));
    } else {
        TRY(cli_resume_begin(train, error));
    }
    cli_message_notice(&options->common, "run folder: %s", train->run.path);
    cli_message_detail(&options->common, "data: %s, %zu and %zu images; network: %zu parameters",
                       train->data, train->images[WEFT_SPLIT_TRAIN].count,
                       train->images[WEFT_SPLIT_TEST].count,
                       train->model->network->parameter_count);
    TRY(cli_train_print_start(train, error));
    if (!train->silent && train->from == NULL) {
        cli_identity_check_folder(&options->common, train->data, train->identity);
    }
    return WEFT_OK;
}

static enum weft_status run_training(struct cli_training *train, struct weft_error *error) {
    struct training_events events = cli_train_events(train);
    enum weft_status status;
    cli_progress_start(&train->progress, &train->options.common);
    events.progress(train, train->training.start != NULL ? train->training.start->epochs + 1 : 1, 0,
                    0);
    status = train_model(train->model, train->backend, cli_train_images(train), &train->training,
                         &events, error);
    cli_progress_wipe(&train->progress);
    if (train->failure.status != WEFT_OK) {
        *error = train->failure;
        return error->status == WEFT_INTERRUPTED ? cli_train_explain(train, error) : error->status;
    }
    return status == WEFT_OK || status == WEFT_BAD_DEVICE ? status
                                                          : cli_train_explain(train, error);
}

static enum weft_status dump_gradients(const struct cli_training *train, struct weft_error *error) {
    const struct weft_network *network = train->model->network;
    float *values = calloc(network->parameter_count + 1, sizeof *values);
    enum weft_status status;
    if (values == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu gradients",
                         network->parameter_count);
    }
    TRY_OR(done, backend_read(train->backend, ARRAY_GRADIENTS, values, error));
    status = parameters_save(network, values, train->options.dump_gradients, error);
done:
    free(values);
    return status;
}

static bool evaluated(void *context, size_t done, size_t images) {
    struct cli_training *train = context;
    cli_progress_update(&train->progress, "evaluation", done, images, train->largest);
    return !os_interrupted();
}

/* Evaluates both splits with running statistics; prints each matrix at once. */
static enum weft_status evaluate(struct cli_training *train, struct weft_error *error) {
    const size_t batch = train->largest;
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        struct report_evaluation *results = &train->evaluations[i];
        const size_t classes = train->images[i].classes;
        struct evaluation_options options = {.set = (enum weft_split)i,
                                             .statistics = WEFT_STATISTICS_RUNNING,
                                             .batch = batch,
                                             .progress = evaluated,
                                             .context = train};
        struct evaluation found;
        enum weft_status status;
        options.confusion = results->confusion = calloc(classes * classes, sizeof(uint64_t));
        if (results->confusion == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "evaluation: no memory");
        }
        cli_progress_start(&train->progress, &train->options.common);
        evaluated(train, 0, train->images[i].count);
        status = evaluate_images(train->backend, &options, &found, error);
        cli_progress_wipe(&train->progress);
        if (status != WEFT_OK) {
            return status == WEFT_INTERRUPTED ? cli_train_explain(train, error) : status;
        }
        results->images = found.images;
        results->correct = found.correct;
        results->classes = found.classes;
        results->accuracy = found.accuracy;
        results->loss = found.loss;
        TRY(cli_train_print_evaluation(train, (enum weft_split)i, error));
    }
    return WEFT_OK;
}

static enum weft_status compute(struct cli_training *train, struct weft_error *error) {
    TRY(run_training(train, error));
    if (train->options.dump_gradients != NULL) {
        TRY(dump_gradients(train, error));
    }
    return evaluate(train, error);
}

static enum weft_status work(struct cli_training *train, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status;
    os_catch_interrupts();
    TRY(read_inputs(train, error));
    choose_training(train);
    TRY(prepare(train, error));
    status = compute(train, error);
    TRY(status == WEFT_BAD_DEVICE ? cli_train_explain(train, error) : status);
    train->seconds = os_seconds() - start;
    TRY(cli_train_write_results(train, error));
    TRY(cli_train_print_done(train, error));
    return train->silent ? WEFT_OK : cli_train_check_sanity(train, error);
}

enum weft_status cli_train(const struct cli_train_options *options, struct device_info *device,
                           struct weft_error *error) {
    struct cli_training train = {.options = *options, .silent = device != NULL};
    enum weft_status status = work(&train, error);
    cli_run_finish(&train.run);
    if (device != NULL && train.backend != NULL) {
        *device = *backend_device(train.backend);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&train.identity[i]);
        report_evaluation_finish(&train.evaluations[i]);
    }
    cli_setup_images_finish(train.images);
    backend_close(train.backend);
    model_destroy(train.model);
    checkpoint_destroy(train.from);
    cli_record_finish(&train.record);
    return status;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    return cli_train(options, NULL, error);
}

const struct cli_command cli_command_train = {
    .name = "train",
    .summary = "trains a model, evaluates it, and writes a run folder",
    .run = run,
    .options_size = sizeof(struct cli_train_options),
    .options = rows,
    .notes = notes,
    .details = details,
    .examples = "weft train --epochs 2 --seed 7 --out run-a\n"
                "weft train --resume run-a --epochs 5\n",
};

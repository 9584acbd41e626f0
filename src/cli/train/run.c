/* run.c: weft train: from options to a run folder. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/messages.h"
#include "cli/setup.h"
#include "os/host.h"
#include "os/process.h"

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

static enum weft_status open_device(struct cli_training *train, struct weft_error *error) {
    const struct cli_options *common = &train->options.common;
    TRY(cli_setup_session(common, train->model, train->largest, false, &train->progress,
                          &train->session, error));
    if (train->from != NULL) {
        TRY(weft_session_set_checkpoint(train->session, train->from, error));
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) { /* those of --validate are slices */
        TRY(weft_session_keep(train->session, train->images[i], error));
    }
    return WEFT_OK;
}

/* Stores the names of the classes: those of the checkpoint, or else of the images. */
static enum weft_status choose_classes(struct cli_training *train, struct weft_error *error) {
    const size_t classes = weft_images_classes(train->images[WEFT_SPLIT_TRAIN]);
    size_t count = 0;
    train->classes = calloc(classes + 1, sizeof *train->classes);
    if (train->classes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of %zu classes", classes);
    }
    if (train->from == NULL) {
        const char *const *names = cli_identity_classes(NULL, &train->identity[WEFT_SPLIT_TRAIN]);
        memcpy(train->classes, names, classes * sizeof *names);
        return WEFT_OK;
    }
    while (train->saved.classes[count] != NULL) {
        count++;
    }
    memcpy(train->classes, train->saved.classes,
           (count < classes ? count : classes) * sizeof(char *));
    return count == classes ? WEFT_OK
                            : error_set(error, WEFT_BAD_FILE,
                                        "%s/checkpoint.safetensors: it names %zu classes, not %zu",
                                        train->run.path, count, classes);
}

/* Opens the device and prepares the run folder. A folder that exists changes only after the device
 * is open. */
static enum weft_status prepare(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    if (train->from == NULL) {
        TRY(cli_run_create(&train->run, &options->common, options->out, options->force, error));
    }
    TRY(open_device(train, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(cli_identity_wait(&train->identity[i], "training: interrupted", error));
    }
    TRY(choose_classes(train, error));
    if (train->from == NULL) {
        TRY(cli_run_clear(&train->run, false, error));
    } else {
        TRY(cli_resume_begin(train, error));
    }
    cli_message_notice(&options->common, "run folder: %s", train->run.path);
    cli_train_print_recipe(train);
    cli_message_detail(&options->common, "data: %s, %zu and %zu images; network: %zu parameters",
                       train->data, weft_images_count(train->images[WEFT_SPLIT_TRAIN]),
                       weft_images_count(train->images[WEFT_SPLIT_TEST]),
                       weft_network_parameters(weft_model_network(train->model)));
    TRY(cli_train_print_start(train, error));
    if (!train->silent && train->from == NULL) {
        cli_identity_check_folder(&options->common, train->data, train->identity);
    }
    return WEFT_OK;
}

static enum weft_status work(struct cli_training *train, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status;
    os_catch_interrupts();
    TRY(cli_train_read_inputs(train, error));
    TRY(prepare(train, error));
    status = cli_train_compute(train, error);
    TRY(status == WEFT_BAD_DEVICE ? cli_train_explain(train, error) : status);
    train->seconds = os_seconds() - start;
    TRY(cli_train_write_results(train, error));
    TRY(cli_train_print_done(train, error));
    return train->silent ? WEFT_OK : cli_train_check_sanity(train, error);
}

static void finish(struct cli_training *train) {
    cli_run_finish(&train->run);
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&train->identity[i]);
        report_evaluation_finish(&train->evaluations[i]);
        weft_images_destroy(train->images[i]);
    }
    weft_images_destroy(train->trained);
    weft_images_destroy(train->held_out);
    weft_session_close(train->session);
    weft_model_destroy(train->model);
    weft_checkpoint_destroy(train->from);
    cli_saved_finish(&train->saved);
    cli_recipe_finish(&train->file);
    cli_record_finish(&train->record);
    free(train->classes);
    weft_free(train->data);
}

enum weft_status cli_train(const struct cli_train_options *options, char device[24],
                           struct weft_error *error) {
    struct cli_training train = {.options = *options, .silent = device != NULL};
    const enum weft_status status = work(&train, error);
    const struct weft_device *used = weft_session_device(train.session);
    if (device != NULL && used != NULL) {
        snprintf(device, 24, used->builtin ? "cpu" : "%u", used->index);
    }
    finish(&train);
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
    .options = cli_train_rows,
    .notes = notes,
    .details = details,
    .examples = "weft train --epochs 2 --seed 7 --out run-a\n"
                "weft train --resume run-a --epochs 5\n",
};

/* train.h: weft train: its options, its state, and the pieces that work on both. */
#ifndef WEFT_CLI_TRAIN_H
#define WEFT_CLI_TRAIN_H

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "cli/train/record.h"
#include "weft/backend.h"
#include "weft/checkpoint.h"

struct cli_train_options {
    struct cli_options common;
    uint64_t validate;                   /* images; 0: none */
    uint64_t epochs, batch, seed, steps; /* steps: 0 for no limit */
    float lr;
    int order; /* enum weft_order */
    const char *init, *network, *out, *resume, *dump_gradients;
    bool force;
};

/* One training, from its options to its results. All zero but options and silent at the start. */
struct cli_training {
    struct cli_train_options options; /* with --resume: those that the run began with, too */
    bool silent;                      /* no results on stdout, and no check that it learned */

    /* What is trained. */
    char data[4096]; /* the folder of the images */
    struct weft_images images[WEFT_SPLIT_COUNT];
    uint32_t checksum;    /* of the training images */
    char init_sha256[65]; /* of the file of --init; empty without */
    struct weft_model *model;
    struct weft_backend *backend;

    /* How. */
    struct weft_training training;
    struct weft_checkpoint *from;        /* with --resume */
    struct weft_training_start start_at; /* with --resume: training.start */

    /* What came of it. */
    struct cli_run run;
    struct cli_record record;
    struct cli_progress progress;
    struct weft_error failure; /* the first one inside a callback */
    char sha256[65];           /* of the model file */
    struct weft_evaluation evaluations[WEFT_SPLIT_COUNT];
    double seconds; /* of the command, until the last evaluation */
};

/* options.c: the row of the table of commands. */
extern const struct cli_command cli_command_train;

/* run.c: runs the command. */
enum weft_status cli_train_run(const void *options, struct weft_error *error);

/* Does what weft train does, but prints no results. ${device} is set to the device that it used. */
enum weft_status cli_train_silently(const struct cli_train_options *options,
                                    struct weft_device *device, struct weft_error *error);

/* events.c: the callbacks that print and save while the library trains. */
struct weft_training_events cli_train_events(struct cli_training *train);

/* validate.c: returns the number of images that are trained on: all but those held out. */
size_t cli_train_images(const struct cli_training *train);

/* With --resume, sets --validate to what the run began with. Fails with WEFT_USAGE when no image
 * would be left. */
enum weft_status cli_train_check_validate(struct cli_training *train, struct weft_error *error);

/* Evaluates the held-out images on the device as it is now, into ${epoch}. */
enum weft_status cli_train_validate(const struct cli_training *train, struct report_epoch *epoch,
                                    struct weft_error *error);

/* sanity.c: fails with WEFT_FAILED when the training learned nothing; the manual page has the
 * rule. */
enum weft_status cli_train_check_sanity(const struct cli_record *record,
                                        const struct weft_evaluation evaluations[WEFT_SPLIT_COUNT],
                                        struct weft_error *error);

/* print.c: each prints a result as text or as an event, unless the training is silent. */
enum weft_status cli_train_print_start(const struct cli_training *train, struct weft_error *error);
enum weft_status cli_train_print_epoch(const struct cli_training *train,
                                       const struct weft_epoch *epoch, struct weft_error *error);
enum weft_status cli_train_print_evaluation(const struct cli_training *train, enum weft_split split,
                                            struct weft_error *error);
enum weft_status cli_train_print_done(const struct cli_training *train, struct weft_error *error);

/* Adds to ${error}, with which a training ended early, what the run folder has. */
enum weft_status cli_train_explain(const struct cli_training *train, struct weft_error *error);

/* results.c: adds the options as the member "options", and the fields of an epoch, to the object
 * that is open. */
void cli_train_json_options(struct json_writer *json, const struct cli_train_options *options);
void cli_train_json_epoch(struct json_writer *json, const struct report_epoch *epoch);

/* Sets the options of the model: a JSON object of what determined the bits of a model after
 * ${epochs}, the last one ${partial} because --steps ended it. */
enum weft_status cli_train_set_options(struct cli_training *train, size_t epochs, bool partial,
                                       struct weft_error *error);

/* Writes the confusion matrices, the figures and run.json into the run folder. */
enum weft_status cli_train_write_results(const struct cli_training *train,
                                         struct weft_error *error);

#endif

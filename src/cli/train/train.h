/* train.h: the pieces of weft train: its state, what it says, what it writes. */
#ifndef WEFT_CLI_TRAIN_H
#define WEFT_CLI_TRAIN_H

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "report/csv.h"

struct cli_train_options {
    struct cli_options common;
    uint64_t validate;                   /* images; 0: none */
    uint64_t epochs, batch, seed, steps; /* steps: 0 for no limit */
    float lr;
    int order; /* enum weft_order */
    const char *init, *network, *out, *resume, *dump_gradients;
    bool force;
};

extern const struct cli_command cli_command_train;

/* train.c: runs the command. */
enum weft_status cli_train_run(const void *options, struct weft_error *error);

/* What weft train does, but it prints no results. ${device} is set to the device that it used. */
enum weft_status cli_train_silently(const struct cli_train_options *options,
                                    struct weft_device *device, struct weft_error *error);

/* One training, from its options to its results. All zero but options at the start. */
struct cli_training {
    struct cli_train_options
        options; /* with --resume: those of the checkpoint and what may be chosen again */
    bool silent; /* no results on stdout, and nobody asks whether it learned anything */
    struct weft_training training; /* what the library is asked for */
    struct weft_checkpoint *from;  /* with --resume */
    struct weft_training_start start;
    uint32_t checksum; /* of the training images */
    char data[4096];   /* folder */
    struct weft_images images[WEFT_SPLIT_COUNT];
    char init_sha256[65]; /* of the file of --init; empty without */
    struct weft_model *model;
    struct cli_run run;
    struct weft_backend *backend;
    struct cli_progress progress;
    struct report_epoch
        *history;            /* epoch_count lines, the last one perhaps of a part of an epoch */
    struct report_step *log; /* logged steps, room for log_room */
    size_t logged, log_room;
    size_t epoch_count, whole_epochs;
    uint64_t steps;         /* made so far */
    struct weft_error said; /* the first failure inside a callback */
    char model_path[4096], sha256[65];
    struct weft_evaluation evaluations[WEFT_SPLIT_COUNT];
    double seconds; /* of the command, from its start to its end */
};

/* events.c: what happens while the library trains. */
struct weft_training_events cli_train_events(struct cli_training *train);

/* resume.c: writes checkpoint.safetensors, after a whole epoch. */
enum weft_status cli_train_save_checkpoint(struct cli_training *train, struct weft_error *error);

/* Reads the checkpoint of --resume: model, options, history. Fails with WEFT_USAGE for options that
 * it was not begun with. */
enum weft_status cli_train_resume(struct cli_training *train, struct weft_error *error);

/* Fails unless the images are those of the checkpoint. */
enum weft_status cli_train_check_images(const struct cli_training *train, struct weft_error *error);

/* resume_command.c: writes the command line that goes on with this run into ${text} of ${size}
 * bytes: as it can be pasted into a shell, with the options that were given and that a checkpoint
 * does not keep. Returns false where it does not fit. */
bool cli_train_resume_command(const struct cli_training *train, char *text, size_t size);

/* Brings the run folder back to the last finished epoch. */
enum weft_status cli_train_go_on(struct cli_training *train, struct weft_error *error);

/* sanity.c: fails with WEFT_FAILED when the training learned nothing: weft help train and the
 * manual page have the rule. */
enum weft_status cli_train_check_sanity(const struct cli_training *train, struct weft_error *error);

/* validate.c: the images that are trained on: all but those held out. */
size_t cli_train_images(const struct cli_training *train);

/* With --resume, sets --validate to what the run was begun with. Fails with WEFT_USAGE when no
 * image would be left. */
enum weft_status cli_train_check_validate(struct cli_training *train, struct weft_error *error);

/* Evaluates the held-out images on the device as it is now, into ${history}. */
enum weft_status cli_train_validate(const struct cli_training *train, struct report_epoch *history,
                                    struct weft_error *error);

/* steps.c: remembers the steps of ${epoch} and adds them to steps.csv. */
enum weft_status cli_train_log_steps(struct cli_training *train, const struct weft_epoch *epoch,
                                     struct weft_error *error);

/* For --resume: the steps and the validation of the finished epochs, from the run folder's own
 * files. */
enum weft_status cli_train_take_steps(struct cli_training *train, struct weft_error *error);
void cli_train_take_validation(struct cli_training *train);

/* record.c: the training in words, JSON and files. */

/* Prints the event "start" where --json asks for it. */
enum weft_status cli_train_print_start(const struct cli_training *train, struct weft_error *error);

/* Sets the options of the model: a JSON object of what determined the bits of a model after
 * ${epochs}, the last one ${partial} because --steps ended it. */
enum weft_status cli_train_set_options(struct cli_training *train, size_t epochs, bool partial,
                                       struct weft_error *error);

/* One line of the history as the fields of a JSON object. */
void cli_train_json_epoch(struct json_writer *json, const struct report_epoch *history);

/* Writes history.csv. */
enum weft_status cli_train_write_history(const struct cli_training *train,
                                         struct weft_error *error);

/* Writes the confusion matrices, the figures and run.json into the run folder. */
enum weft_status cli_train_write_results(const struct cli_training *train,
                                         struct weft_error *error);

/* Prints the evaluation of ${split}, as text or as an event. */
enum weft_status cli_train_print_evaluation(const struct cli_training *train, enum weft_split split,
                                            struct weft_error *error);

/* Prints where the model is and its hash, or the event "done". */
enum weft_status cli_train_print_done(const struct cli_training *train, struct weft_error *error);

#endif

/* train.h: weft train: its options, its state, and the pieces that work on both. */
#ifndef WEFT_CLI_TRAIN_H
#define WEFT_CLI_TRAIN_H

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/identity.h"
#include "cli/progress.h"
#include "cli/run_check.h"
#include "cli/run_folder.h"
#include "report/confusion.h"
#include "report/csv.h"
#include "weft/checkpoint.h"
#include "weft/session.h"

/* Which model a run folder has at the end. */
enum cli_train_keep { CLI_KEEP_LAST, CLI_KEEP_BEST };

struct cli_train_options {
    struct cli_options common;
    uint64_t validate;                   /* images; 0: none */
    uint64_t epochs, batch, seed, steps; /* steps: 0 for no limit */
    float lr;
    int order; /* enum weft_order */
    const char *init, *network, *out, *resume, *dump_gradients;
    bool force;
    /* The recipe. Of the texts and choices, recipe.c makes a struct weft_recipe. */
    int optimizer, class_weights; /* enum weft_optimizer, enum weft_class_weights */
    int keep;                     /* enum cli_train_keep */
    float momentum, weight_decay, label_smoothing, clip_norm;
    bool nesterov;
    uint64_t average;
    const char *schedule, *warmup, *augment;
    const char *recipe; /* a file, or the name of a recipe of weft */
};

/* What a recipe gave: the JSON that texts of options are in, and which options, as the member given
 * of struct cli_options. */
struct cli_recipe_file {
    struct json_t *json;
    uint64_t given;
};

/* Texts of options, as cli_recipe_show writes them. */
struct cli_recipe_texts {
    char schedule[64], warmup[64], augment[64];
};

/* The best epoch so far, with --keep best; epoch 0: none. */
struct cli_best {
    size_t epoch;
    double accuracy; /* of the images that are held out */
};

/* What the program needs to continue a run, in addition to what the library keeps: the text "train"
 * of a checkpoint. All zero holds nothing; cli_saved_finish frees it. */
struct cli_saved {
    char *data;    /* the folder of the images, or NULL */
    char init[65]; /* SHA-256 of the file of --init, or empty */
    uint64_t validate;
    struct weft_images_hash hash[WEFT_SPLIT_COUNT];
    char **classes;      /* their names, and NULL after the last */
    float test_fraction; /* 0: none was given */
    char *recipe;        /* of --recipe, or NULL */
    bool keep_best;
    struct cli_best best;
};

/* What a training has recorded: its epochs and steps, and their files in the run folder,
 * history.csv and steps.csv. All zero at the start. The caller calls
 * cli_record_finish. */
struct cli_record {
    struct report_epoch *epochs; /* the last one is perhaps not complete */
    size_t epoch_count, complete_epochs;
    uint64_t steps; /* made so far */
    struct report_step *log;
    size_t logged;
    bool unlogged;    /* a resumed run has lost its steps.csv: no steps are recorded */
    struct text text; /* of steps.csv */
};

/* One training, from its options to its results. All zero but options and silent at the start. */
struct cli_training {
    struct cli_train_options options; /* with --resume: those that the run began with, too */
    bool silent;                      /* no results on stdout, and no check that it learned */
    struct weft_recipe recipe;        /* that the options give */
    struct cli_recipe_texts texts;    /* of the options that are made of it */
    struct cli_recipe_file file;      /* of --recipe */

    /* What is trained. */
    char *data; /* the folder of the images */
    struct weft_images *images[WEFT_SPLIT_COUNT];
    struct weft_images *trained, *held_out;         /* slices of the training images, or NULL */
    struct cli_identity identity[WEFT_SPLIT_COUNT]; /* of the images */
    struct weft_model *model;                       /* that the session was opened with */
    const char **classes;                           /* their names, as many as outputs */
    struct weft_session *session;
    size_t largest;               /* images of the largest pass */
    struct weft_checkpoint *from; /* with --resume */
    struct cli_saved saved;       /* the same: what the program adds to it; its init always */

    /* What came of it. */
    struct cli_run run;
    struct cli_record record;
    struct cli_best best;
    struct cli_progress progress;
    struct weft_error failure;    /* the first one inside a callback */
    struct cli_run_hashes hashes; /* of the files in the run folder */
    struct report_evaluation evaluations[WEFT_SPLIT_COUNT];
    double seconds; /* of the command, until the last evaluation */
};

/* run.c: the row of the table of commands. */
extern const struct cli_command cli_command_train;

/* options.c: the rows of its options. */
extern const struct cli_option cli_train_rows[];

/* Does what weft train does. If ${device} is not NULL, it is set to a selector of the device that
 * was used, such as "cpu" or "1", and no results are printed. */
enum weft_status cli_train(const struct cli_train_options *options, char device[24],
                           struct weft_error *error);

/* recipe.c: reads the options of a recipe into ${train}->recipe, and replaces their texts by those
 * of cli_recipe_show. Fails with WEFT_USAGE. */
enum weft_status cli_recipe_read(struct cli_training *train, struct weft_error *error);

/* Sets the options of a recipe in ${options} to ${recipe}, with texts in ${texts}. */
void cli_recipe_show(const struct weft_recipe *recipe, struct cli_recipe_texts *texts,
                     struct cli_train_options *options);

/* Returns whether the values after an epoch depend on the number of steps in total. */
bool cli_recipe_needs_total(const struct weft_recipe *recipe);

/* Writes the option ${name} as messages begin with it into ${source}: "--momentum", or, if it is of
 * a recipe, "recipe best: momentum". Returns ${source}. */
const char *cli_recipe_source(const struct cli_training *train, const char *name, char source[128]);

/* recipe_check.c: fails with WEFT_USAGE for options that contradict each other. */
enum weft_status cli_recipe_check(const struct cli_training *train, struct weft_error *error);

/* The same for the images, once they are known. */
enum weft_status cli_recipe_check_images(const struct cli_training *train,
                                         struct weft_error *error);

/* recipe_file.c: sets the options that the recipe of --recipe has and the command line does not, as
 * if they were given. Fails with WEFT_BAD_FILE for a wrong recipe, and with WEFT_USAGE for an
 * unknown one. */
enum weft_status cli_recipe_load(struct cli_training *train, struct weft_error *error);

/* The same for the recipe ${text}, which messages call ${name}. */
enum weft_status cli_recipe_take(struct cli_training *train, const char *text, const char *name,
                                 struct weft_error *error);

/* Returns whether --recipe ${name}, or NULL, names a file, and no recipe of weft. */
bool cli_recipe_is_file(const char *name);

void cli_recipe_finish(struct cli_recipe_file *file);

/* recipe_texts.c, made by the build: the files of data/recipes. */
extern const char cli_recipe_published[], cli_recipe_best[];

/* inputs.c: reads and checks what needs no device: options, data, network, initial values. */
enum weft_status cli_train_read_inputs(struct cli_training *train, struct weft_error *error);

/* compute.c: trains what is left of --epochs and --steps, and evaluates both splits. */
enum weft_status cli_train_compute(struct cli_training *train, struct weft_error *error);

/* events.c: the callbacks that print and save while the library trains. */
bool cli_train_progress(void *context, size_t epoch, size_t step, size_t steps);
bool cli_train_epoch(void *context, const struct weft_epoch *epoch, float *learning_rate);

/* Returns the number of images that are trained on: all but those held out. */
size_t cli_train_images(const struct cli_training *train);

/* Returns the images of a step: --batch, unless there are fewer. */
size_t cli_train_batch(const struct cli_training *train);

/* Returns the steps of the training, from its beginning to its end. */
uint64_t cli_train_total(const struct cli_training *train);

/* print.c: each prints a result as text or as an event, unless the training is silent. */
enum weft_status cli_train_print_start(const struct cli_training *train, struct weft_error *error);
enum weft_status cli_train_print_epoch(const struct cli_training *train,
                                       const struct weft_epoch *epoch, struct weft_error *error);
enum weft_status cli_train_print_evaluation(const struct cli_training *train, enum weft_split split,
                                            struct weft_error *error);
enum weft_status cli_train_print_done(const struct cli_training *train, struct weft_error *error);

/* Prints the recipe, unless it is the published one. */
void cli_train_print_recipe(const struct cli_training *train);

/* Adds to ${error}, with which a training ended early, what the run folder has. */
enum weft_status cli_train_explain(const struct cli_training *train, struct weft_error *error);

/* best.c: notes whether the last epoch of the record is the best one so far. Returns whether its
 * model is to be saved: always without --keep best. */
bool cli_best_update(struct cli_training *train);

/* Returns the epoch of the model in the run folder. */
size_t cli_best_epoch(const struct cli_training *train);

/* Gives the session the values of the best epoch, which are in the run folder. */
enum weft_status cli_best_restore(struct cli_training *train, struct weft_error *error);

/* For --resume: fails with WEFT_BAD_FILE if the best epoch so far is not that of the checkpoint and
 * its model, ${model}, or NULL if the folder has none, is another one. */
enum weft_status cli_best_check(const struct cli_training *train, const struct weft_model *model,
                                struct weft_error *error);

/* results.c: adds the options as the member "options", and the fields of an epoch, to the object
 * that is open. */
void cli_train_json_options(struct json_writer *json, const struct cli_train_options *options);
void cli_train_json_epoch(struct json_writer *json, const struct report_epoch *epoch);

/* Returns the options that a model file records, which the caller frees: a JSON object of what
 * determined the bits of a model after ${epochs}, the last one ${partial} because --steps ended it.
 * NULL without memory. */
char *cli_train_model_options(const struct cli_training *train, size_t epochs, bool partial);

/* Writes ${model}, of the values after ${epochs}, with its options, data and classes into the run
 * folder. */
enum weft_status cli_train_save_model(struct cli_training *train, struct weft_model *model,
                                      size_t epochs, bool partial, struct weft_error *error);

/* Writes the confusion matrices, run.json and then the figures into the run folder. Warns about a
 * figure that cannot be drawn. */
enum weft_status cli_train_write_results(struct cli_training *train, struct weft_error *error);

/* sanity.c: fails with WEFT_FAILED when the training learned nothing, by the rule of the manual
 * page: such a training must not look like one that did. */
enum weft_status cli_train_check_sanity(const struct cli_training *train, struct weft_error *error);

/* record.c: adds an epoch, in memory. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status cli_record_epoch(struct cli_record *record, const struct weft_epoch *epoch,
                                  struct weft_error *error);

/* Adds the steps of ${epoch} to the log. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status cli_record_steps(struct cli_training *train, const struct weft_epoch *epoch,
                                  struct weft_error *error);

/* Writes history.csv and steps.csv, each completely. */
enum weft_status cli_record_write(struct cli_training *train, struct weft_error *error);

/* For --resume: takes the epochs from the checkpoint, their steps and validation from the run
 * folder. Changes no file. Fails with WEFT_BAD_FILE if a file of the folder cannot be read or is of
 * another run, and with WEFT_NO_MEMORY without memory. */
enum weft_status cli_record_resume(struct cli_training *train, struct weft_error *error);

/* Fails with WEFT_BAD_FILE for the file ${path} of a run folder, which is not of the run of its
 * checkpoint. */
enum weft_status cli_record_fail_mixed(struct weft_error *error, const char *path);

void cli_record_finish(struct cli_record *record);

/* saved.c: gives ${checkpoint} the text "train". */
enum weft_status cli_saved_write(const struct cli_training *train,
                                 struct weft_checkpoint *checkpoint, struct weft_error *error);

/* Reads it from the checkpoint of the file ${path}. Fails with WEFT_BAD_FILE. */
enum weft_status cli_saved_read(const struct weft_checkpoint *checkpoint, const char *path,
                                struct cli_saved *saved, struct weft_error *error);

void cli_saved_finish(struct cli_saved *saved);

/* resume.c: writes checkpoint.safetensors, after a complete epoch. */
enum weft_status cli_resume_save(struct cli_training *train, struct weft_error *error);

/* Reads the checkpoint of --resume: model and options. Fails with WEFT_USAGE for options other than
 * those that the run began with. */
enum weft_status cli_resume_load(struct cli_training *train, struct weft_error *error);

/* Fails with WEFT_USAGE if an image or label of either split is another than when the run began. */
enum weft_status cli_resume_check_data(struct cli_training *train, struct weft_error *error);

/* Restores the run folder and the record of the last finished epoch. */
enum weft_status cli_resume_begin(struct cli_training *train, struct weft_error *error);

/* resume_options.c: checks the options that were given against train->from, and takes those that
 * the run began with. Fails with WEFT_USAGE where they contradict. */
enum weft_status cli_resume_options(struct cli_training *train, struct weft_error *error);

#endif

/* cli.h: the insides of the program weft: commands, messages, progress, the run folder.
 *
 * Results go to stdout, everything else to stderr. A command returns a status, which is the exit
 * code, and leaves its message in struct weft_error: main prints it. */
#ifndef WEFT_CLI_H
#define WEFT_CLI_H

#include "base/json_write.h"
#include "cli/options.h"
#include "weft/train.h"

struct cli_command {
    const char *name;
    const char *summary; /* one line */
    enum weft_status (*run)(const struct cli_options *options, struct weft_error *error);
    const struct cli_option *options; /* its own, ends with a name of NULL; or NULL */
    enum cli_operand operand;
    const char *operand_name; /* "MODEL" */
    const char *notes;        /* what help says below the options, or NULL */
    const char *details;      /* what the manual page alone says further, or NULL */
    const char *example;
    const char *more_examples; /* lines, or NULL */
};

/* commands.c: all commands; ends with a name of NULL. */
extern const struct cli_command cli_commands[];
const struct cli_command *cli_command_find(const char *name);

/* devices.c, data.c, summary.c, train.c, evaluate.c, compare.c, verify.c, bench.c: the commands and the tables of their own
 * options. */
extern const struct cli_option cli_devices_options[], cli_summary_options[], cli_train_options[],
    cli_evaluate_options[], cli_samples_options[], cli_predict_options[], cli_report_options[],
    cli_compare_options[], weft_verify_options[], cli_bench_options[];
extern const char cli_predict_notes[], cli_report_notes[], cli_train_notes[], cli_compare_notes[],
    cli_verify_notes[], cli_bench_notes[], cli_train_details[], cli_verify_details[],
    cli_bench_details[];
enum weft_status cli_command_devices(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_data(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_summary(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_train(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_evaluate(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_verify(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_compare(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_bench(const struct cli_options *options, struct weft_error *error);

/* train.c: what weft train does, with the same options, but it prints no results. ${device} is set to what it ran on. */
enum weft_status cli_train_silently(const struct cli_options *options, struct weft_device *device,
                                    struct weft_error *error);

/* Images of a pass with running statistics, where the batch changes no bit, only memory and speed. */
#define CLI_RUNNING_BATCH 500

enum weft_status cli_command_predict(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_report(const struct cli_options *options, struct weft_error *error);
enum weft_status cli_command_samples(const struct cli_options *options, struct weft_error *error);

/* fleet.c: weft compare --fleet. */
enum weft_status cli_compare_fleet(const struct cli_options *options, struct weft_error *error);

/* nearest.c: the steps (a letter more, less or another, two neighbours swapped) from ${a} to ${b};
 * at most 64 letters count. */
size_t cli_nearest_distance(const char *a, const char *b);

/* Returns the candidate nearest to ${word} if it looks like a slip of the pen, else NULL.
 * ${next}(context, i) gives candidate i, NULL after the last. */
const char *cli_nearest_find(const char *word,
                             const char *(*next)(const void *context, size_t index),
                             const void *context);

/* help.c */
void cli_help_program(FILE *out);
void cli_help_command(FILE *out, const struct cli_command *command);

/* weft help [COMMAND or TOPIC]: prints the page. Fails with WEFT_USAGE. */
enum weft_status cli_help(int count, char *const *names, struct weft_error *error);

/* version.c: prints the version of weft, how it was built and the libraries that it runs with; with ${as_json} as one event. */
enum weft_status cli_version_print(bool as_json, struct weft_error *error);

/* screen.c: the columns of stdout's terminal; INT_MAX where it is none. */
int cli_screen_columns(void);

/* Prints ${text} in lines of at most ${width} characters, all but the first behind ${indent} spaces; the first one goes on behind
 * ${used} characters. Single newlines count as spaces; an empty line, and a line that begins with "- ", stay. Ends with a newline. */
void cli_screen_wrap(FILE *out, const char *text, int used, int indent, int width);

/* Prints a line on stdout as it is; where it is wider than the terminal, in lines of which the further ones stand behind ${indent} spaces. */
void cli_screen_line(int indent, const char *format, ...) WEFT_PRINTF(2, 3);

/* messages.c: prints "weft: MESSAGE" and the hint of ${error} to stderr, and with ${json} an error
 * event to stdout. */
void cli_message_error(const struct weft_error *error, bool json);

/* Prints "weft: TEXT" to stderr unless --quiet. */
void cli_message_notice(const struct cli_options *options, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Prints "weft: warning: TEXT" to stderr, with --quiet too: results are not what weft promises. */
void cli_message_warning(const char *format, ...) WEFT_PRINTF(1, 2);

/* As cli_message_notice, with --verbose only. */
void cli_message_detail(const struct cli_options *options, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Prints "weft: TEXT" to stderr, with --quiet too: for what a user would not want to miss. */
void cli_message_always(const char *format, ...) WEFT_PRINTF(1, 2);

/* What the library tells of devices, as details. ${options} must live as long as who is given it. */
struct weft_log cli_message_log(const struct cli_options *options);

/* Flushes stdout. Fails with WEFT_FAILED and the system's reason if anything printed so far did not
 * get out. */
enum weft_status cli_message_flush(struct weft_error *error);

/* progress.c: a bar on stderr, if that is a terminal that can redraw a line, and neither --quiet nor --json is given; else nothing. */
struct cli_progress {
    bool shown; /* a bar may be drawn */
    bool drawn; /* a bar stands on the terminal now */
    double start, last;
};

void cli_progress_start(struct cli_progress *progress, const struct cli_options *options);

/* Draws the bar, at most 10 times a second: ${label}, the share of ${total} images that are
 * ${done}, images a second since the start and the time left. */
void cli_progress_update(struct cli_progress *progress, const char *label, uint64_t done,
                         uint64_t total);

/* Draws ${text} in its place, cut to the terminal's width. */
void cli_progress_text(struct cli_progress *progress, const char *text);

/* Takes the bar away, so that something else can be printed. */
void cli_progress_wipe(struct cli_progress *progress);

/* run_folder.c: the folder that a training writes. */
struct cli_run {
    char path[3072];
    bool made; /* by this run, and not there before */
};

/* Makes the folder ${out}, or the first of run-1, run-2 ... that is not there when ${out} is NULL.
 * Fails with WEFT_USAGE when it is there and not empty, unless ${force}. */
enum weft_status cli_run_create(struct cli_run *run, const char *out, bool force,
                                struct weft_error *error);

/* Removes the files that an earlier training left in it, so that what lies there is of one run. */
enum weft_status cli_run_clear(const struct cli_run *run, struct weft_error *error);

/* Removes those of them that are written at the end of a run. */
enum weft_status cli_run_clear_results(const struct cli_run *run, struct weft_error *error);

/* Removes the folder if this run made it and it is still empty. */
void cli_run_discard(const struct cli_run *run);

/* Writes the path of the file ${name} in it into ${path}. Returns ${path}. */
char *cli_run_path(const struct cli_run *run, const char *name, char path[4096]);

/* shared.c: what several commands do. */

/* Writes the path of the model file that MODEL ${operand} means into ${path}: itself, or
 * model.safetensors in it. */
enum weft_status cli_shared_model_path(const char *operand, char path[4096],
                                       struct weft_error *error);

/* Reads the model ${operand} and stores the path of its file, and its hash if ${sha256} is not
 * NULL. Says so when the file names no network. The caller destroys ${model}. */
enum weft_status cli_shared_model_load(const struct cli_options *options, const char *operand,
                                       struct weft_model **model, char path[4096], char sha256[65],
                                       struct weft_error *error);

/* Makes the network of the file ${path} (a JSON list of layers), or the published one when ${path}
 * is NULL. */
enum weft_status cli_shared_network(const char *path, struct weft_network **network,
                                    struct weft_error *error);

/* Checks that ${network} takes ${images} and gives an output a class. Fails with WEFT_BAD_FILE. */
enum weft_status cli_shared_check(const struct weft_network *network,
                                  const struct weft_images *images, struct weft_error *error);

/* Opens the device that the options ask for, for up to ${batch} images at once, and says which it
 * is and what a user should know. */
enum weft_status cli_shared_open(const struct cli_options *options,
                                 const struct weft_network *network, size_t batch,
                                 bool forward_only, struct weft_backend **backend,
                                 struct weft_error *error);

/* Hands the values of ${model} to ${backend}, and the pixels' meaning: raw ones if ${raw}, else normalised ones. */
enum weft_status cli_shared_give_model(struct weft_backend *backend, const struct weft_model *model,
                                       bool raw, struct weft_error *error);

/* Writes the confusion CSV of ${evaluation} to ${path}, whole or not at all. */
enum weft_status cli_shared_confusion_csv(const struct weft_evaluation *evaluation,
                                          const char *path, struct weft_error *error);

/* The common options that have to do with computing, into the object that is open. */
void cli_shared_json_options(struct json_writer *json, const struct cli_options *options);

#endif

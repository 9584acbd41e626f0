/* print.c: what weft train prints, as text or as events. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/setup.h"
#include "cli/text_wrap.h"
#include "os/process.h"
#include "report/screen.h"

#define COMMAND_MAX 900 /* bytes of a command line in a hint */

enum weft_status cli_train_print_start(const struct cli_training *train, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(train->model);
    struct weft_needs needs = {.size = sizeof needs};
    struct json_writer json;
    if (train->silent) {
        return WEFT_OK;
    }
    TRY(weft_network_needs(network, cli_train_batch(train), false, &needs, error));
    if (!cli_event_begin(&json, train->options.common.json, "start")) {
        return WEFT_OK;
    }
    cli_json_device(&json, "device", weft_session_device(train->session));
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_string(&json, "warning", cli_setup_warning(train->session));
    cli_train_json_options(&json, &train->options);
    json_write_string(&json, "out", train->run.path);
    json_write_integer(&json, "parameters", weft_network_parameters(network));
    json_write_integer(&json, "step_flop", needs.flop);
    json_write_integer(&json, "device_memory", needs.arrays + needs.activations);
    return cli_event_end(&json, error);
}

/* Whether the learning rate changes from step to step. */
static bool has_schedule(const struct weft_recipe *recipe) {
    return recipe->schedule != WEFT_SCHEDULE_CONSTANT || recipe->warmup_steps > 0 ||
           recipe->warmup_fraction > 0;
}

enum weft_status cli_train_print_epoch(const struct cli_training *train,
                                       const struct weft_epoch *epoch, struct weft_error *error) {
    const struct report_epoch *line = &train->record.epochs[train->record.epoch_count - 1];
    struct json_writer json;
    char more[160] = "", digits[32];
    const bool scheduled = has_schedule(&train->recipe);
    if (train->silent) {
        return WEFT_OK;
    }
    if (cli_event_begin(&json, train->options.common.json, "epoch")) {
        cli_train_json_epoch(&json, line);
        json_write_integer(&json, "images", epoch->images);
        json_write_integer(&json, "correct", epoch->correct);
        json_write_integer(&json, "steps", epoch->steps);
        if (scheduled) {
            json_write_float(&json, "learning_rate", epoch->learning_rate);
        }
        return cli_event_end(&json, error);
    }
    if (scheduled) {
        snprintf(more, sizeof more, ", learning rate: %s",
                 number_float(epoch->learning_rate, digits));
    }
    if (line->validated) {
        snprintf(more + strlen(more), sizeof more - strlen(more),
                 ", held out: accuracy %.4f, loss %.4f", line->validation_accuracy,
                 line->validation_loss);
    }
    cli_text_line(2, "epoch: %zu, accuracy: %.4f, total loss: %.2f, seconds: %.2f%s", epoch->epoch,
                  epoch->accuracy, epoch->total_loss, epoch->seconds, more);
    screen_flush();
    return WEFT_OK;
}

enum weft_status cli_train_print_evaluation(const struct cli_training *train, enum weft_split split,
                                            struct weft_error *error) {
    const struct report_evaluation *evaluation = &train->evaluations[split];
    struct json_writer json;
    if (train->silent) {
        return WEFT_OK;
    }
    if (!cli_event_begin(&json, train->options.common.json, "evaluation")) {
        screen_print("\n");
        cli_figures_print_confusion(split, evaluation, train->classes);
        return WEFT_OK;
    }
    json_write_string(&json, "split", weft_split_name(split));
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_integer(&json, "images", evaluation->images);
    cli_json_results(&json, evaluation, train->classes);
    return cli_event_end(&json, error);
}

enum weft_status cli_train_print_done(const struct cli_training *train, struct weft_error *error) {
    struct json_writer json;
    char path[4096];
    if (train->silent) {
        return WEFT_OK;
    }
    cli_run_path(train->run.path, "model.safetensors", path);
    if (!cli_event_begin(&json, train->options.common.json, "done")) {
        if (train->best.epoch > 0) {
            screen_print("\nkept: epoch %zu of %zu, with the best accuracy of the images held out: "
                         "%.4f\n",
                         train->best.epoch, train->record.epoch_count, train->best.accuracy);
        }
        screen_print("\nmodel: %s, sha256: %s\n", path, train->hashes.sha256[CLI_RUN_MODEL]);
        return WEFT_OK;
    }
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_string(&json, "out", train->run.path);
    json_write_string(&json, "model", path);
    json_write_integer(&json, "model_epoch", cli_best_epoch(train));
    json_write_string(&json, "sha256", train->hashes.sha256[CLI_RUN_MODEL]);
    json_write_seconds(&json, "seconds", train->seconds);
    return cli_event_end(&json, error);
}

void cli_train_print_recipe(const struct cli_training *train) {
    const struct cli_options *common = &train->options.common;
    struct text line = {0};
    bool published = true;
    for (const struct cli_option *row = cli_train_rows; row->name != NULL; row++) {
        char digits[64];
        if (row->recipe && !cli_option_is_default(row, common)) {
            const char *value = cli_option_text(row, common, digits);
            text_add(&line, " --%s%s%s", row->name, value != NULL ? " " : "",
                     value != NULL ? value : "");
            published = published && row->topic == NULL;
        }
    }
    if (!published && !line.failed) {
        cli_message_notice(common, "recipe:%s", line.bytes);
    }
    free(line.bytes);
}

/* ---- an early end ---- */

static bool is_plain(const char *word) {
    return *word != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_./:=@%+,-")] == '\0';
}

/* Adds ${word} as a shell reads it for one word: in single quotes if need be, with each single
 * quote outside of them. */
static void add_word(struct text *line, const char *word) {
    if (is_plain(word)) {
        text_add(line, "%s", word);
        return;
    }
    text_add(line, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            text_add(line, "'\\''");
        } else {
            text_add_bytes(line, word, 1);
        }
    }
    text_add(line, "'");
}

/* Adds " --name" and its value; --name=VALUE if the value looks like an option. */
static void add_option(struct text *line, const char *name, const char *value) {
    text_add(line, " --%s", name);
    if (value != NULL) {
        text_add(line, value[0] == '-' ? "=" : " ");
        add_word(line, value);
    }
}

/* Whether the checkpoint keeps the value of an option, or the option chooses the run. */
static bool is_kept(const struct cli_train_options *options, const struct cli_option *option) {
    static const char *const kept[] = {"epochs", "steps",   "resume", "out",  "force", "batch",
                                       "lr",     "seed",    "order",  "math", "init",  "validate",
                                       "data",   "network", "mean",   "std"};
    if (option->topic != NULL) {
        return true; /* the recipe */
    }
    /* A resumed run may have been given more epochs or steps than its checkpoint has. */
    size_t first = options->resume != NULL ? 2 : 0;
    for (size_t i = first; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i], option->name) == 0) {
            return true;
        }
    }
    return false;
}

/* Returns the command line that continues this run, quoted for a shell, with the options that were
 * given and that a checkpoint does not keep. The caller frees it; NULL without memory. */
static char *resume_command(const struct cli_training *train) {
    const struct cli_options *common = &train->options.common;
    const struct cli_option *option;
    struct text line = {0};
    add_word(&line, os_program_name());
    text_add(&line, " train");
    add_option(&line, "resume", train->run.path);
    for (size_t i = 0; (option = cli_options_row(common->command, i)) != NULL; i++) {
        char value[64];
        if ((common->given >> i & 1) != 0 && !is_kept(&train->options, option)) {
            add_option(&line, option->name, cli_option_text(option, common, value));
        }
    }
    return text_take(&line);
}

/* Adds to the hint of ${error}, a failure of the device, what the run folder has, and ${command},
 * which continues, unless it is NULL. Frees ${command}. */
static enum weft_status explain_device(const struct cli_training *train, char *command,
                                       struct weft_error *error) {
    const size_t epochs = train->record.complete_epochs;
    char cause[sizeof error->hint];
    strcpy(cause, error->hint);
    error->hint[0] = '\0';
    if (command != NULL && strlen(cause) + strlen(command) + 100 < sizeof cause) {
        error_hint(error, "%s\nthe run folder has the state after epoch %zu; to continue:\n  %s",
                   cause, epochs, command);
    } else if (epochs > 0) {
        error_hint(error, "%s\n%.500s has the state after epoch %zu: see --resume", cause,
                   train->run.path, epochs);
    } else {
        error_hint(error, "%s\nno checkpoint was written", cause);
    }
    free(command);
    return error->status;
}

enum weft_status cli_train_explain(const struct cli_training *train, struct weft_error *error) {
    const struct cli_record *record = &train->record;
    enum weft_status status = error->status;
    char *command = NULL;
    if (status == WEFT_INTERRUPTED) {
        *error = (struct weft_error){0};
        error_set(error, status, "training: interrupted after %zu complete epoch%s: %.1000s",
                  record->complete_epochs, record->complete_epochs == 1 ? "" : "s",
                  record->epoch_count > 0 ? train->run.path : "nothing is kept");
    }
    if (status != WEFT_FAILED && status != WEFT_DIVERGED && record->complete_epochs > 0) {
        command = resume_command(train);
    }
    if (status == WEFT_BAD_DEVICE) { /* the hint has the cause */
        return explain_device(train, command, error);
    }
    if (command != NULL && strlen(command) < COMMAND_MAX) {
        error_hint(error, "it has the model after epoch %zu; to continue:\n  %s",
                   cli_best_epoch(train), command);
    } else if (record->epoch_count > 0) {
        error_hint(error, "%.900s has the model after epoch %zu", train->run.path,
                   cli_best_epoch(train));
    } else {
        error_hint(error, "no model was written");
    }
    free(command);
    return status;
}

/* results.c: the files of a training at its end, and the options that a model file records. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/parser.h"
#include "cli/setup.h"
#include "os/files.h"
#include "weft/version.h"

/* The options that a training began with. ${epochs} and ${steps} are given or made. */
static void json_training(struct json_writer *json, const struct cli_train_options *options,
                          uint64_t epochs, uint64_t steps) {
    json_write_integer(json, "epochs", epochs);
    json_write_integer(json, "batch", options->batch);
    json_write_float(json, "lr", options->lr);
    json_write_integer(json, "seed", options->seed);
    json_write_string(json, "order", options->order == WEFT_ORDER_FILE ? "file" : "shuffled");
    cli_json_count(json, "steps", steps);
}

/* The recipe, as far as it determined the bits of the model after ${epochs} and is not the
 * published one. Only the last epoch of the training has the average. */
static void json_recipe(struct json_writer *json, const struct cli_training *train, size_t epochs) {
    const struct cli_train_options *options = &train->options;
    const bool last =
        epochs == options->epochs || (options->steps > 0 && train->record.steps >= options->steps);
    for (const struct cli_option *row = cli_train_rows; row->name != NULL; row++) {
        const bool made = strcmp(row->name, "average") != 0 || last;
        if (row->recipe && row->topic != NULL && strcmp(row->name, "keep") != 0 && made &&
            !cli_option_is_default(row, &options->common)) {
            cli_option_json(json, row, &options->common);
        }
    }
    if (cli_recipe_needs_total(&train->recipe) && train->images[WEFT_SPLIT_TRAIN] != NULL) {
        json_write_integer(json, "total_steps", cli_train_total(train));
    }
}

void cli_train_json_options(struct json_writer *json, const struct cli_train_options *options) {
    json_write_open(json, "options", '{');
    json_training(json, options, options->epochs, options->steps);
    json_write_integer(json, "validate", options->validate);
    json_write_string(json, "init", options->init);
    json_write_string(json, "network", options->network);
    json_write_string(json, "out", options->out);
    json_write_string(json, "resume", options->resume);
    json_write_string(json, "dump_gradients", options->dump_gradients);
    for (const struct cli_option *row = cli_train_rows; row->name != NULL; row++) {
        if (row->topic != NULL) {
            cli_option_json(json, row, &options->common);
        }
    }
    cli_options_json(json, &options->common);
    json_write_close(json, '}');
}

void cli_train_json_epoch(struct json_writer *json, const struct report_epoch *epoch) {
    json_write_integer(json, "epoch", epoch->epoch);
    json_write_double(json, "accuracy", epoch->accuracy);
    json_write_double(json, "total_loss", epoch->total_loss);
    json_write_double(json, "mean_loss", epoch->mean_loss);
    json_write_seconds(json, "seconds", epoch->seconds);
    if (epoch->validated) {
        json_write_double(json, "validation_accuracy", epoch->validation_accuracy);
        json_write_double(json, "validation_loss", epoch->validation_loss);
    }
}

/* Equal bits have equal text: epochs and steps are those made, so that a training that was stopped
 * after two epochs writes the same file as one of two epochs. */
char *cli_train_model_options(const struct cli_training *train, size_t epochs, bool partial) {
    const struct cli_train_options *options = &train->options;
    struct json_writer json = {0};
    char *text;
    json_write_open(&json, NULL, '{');
    json_training(&json, options, epochs, partial ? train->record.steps : 0);
    json_write_string(&json, "math", cli_math_names[options->common.math]);
    cli_json_text(&json, "init", train->saved.init);
    if (options->validate > 0) { /* files without it are those of earlier versions */
        json_write_integer(&json, "validate", options->validate);
    }
    json_recipe(&json, train, epochs);
    json_write_close(&json, '}');
    json_write_take(&json, &text, NULL);
    return text;
}

enum weft_status cli_train_save_model(struct cli_training *train, struct weft_model *model,
                                      size_t epochs, bool partial, struct weft_error *error) {
    char *options = cli_train_model_options(train, epochs, partial);
    const size_t classes = weft_images_classes(train->images[WEFT_SPLIT_TRAIN]);
    char path[4096];
    enum weft_status status;
    if (options == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the options of a model");
    }
    TRY_OR(done, weft_model_set_options(model, options, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY_OR(done,
               weft_model_set_data(model, (enum weft_split)i, &train->identity[i].hash, error));
    }
    TRY_OR(done, weft_model_set_classes(model, train->classes, classes, error));
    cli_run_file(train->run.path, CLI_RUN_MODEL, path);
    status = weft_model_save_sha256(model, path, train->hashes.sha256[CLI_RUN_MODEL], error);
done:
    free(options);
    return status;
}

/* What the images are. */
static void json_data_sets(struct json_writer *json, const struct cli_training *train) {
    json_write_open(json, "data_sets", '{');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const struct cli_identity *identity = &train->identity[i];
        json_write_open(json, weft_split_name((enum weft_split)i), '{');
        json_write_string(json, "name", cli_identity_name(&identity->hash, NULL));
        json_write_string(json, "images", identity->hash.images);
        json_write_string(json, "labels", identity->hash.labels);
        json_write_close(json, '}');
    }
    json_write_close(json, '}');
}

/* The text of run.json. */
static enum weft_status compose_run(const struct cli_training *train, char **text,
                                    struct weft_error *error) {
    const struct cli_record *record = &train->record;
    const size_t epoch = cli_best_epoch(train);
    char *network = weft_network_to_json(weft_model_network(train->model));
    char *bits = cli_train_model_options(train, epoch, record->complete_epochs < epoch);
    struct json_writer json = {.indented = true};
    enum weft_status status;
    if (network == NULL || bits == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "run.json: no memory for its texts");
        goto done;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "version", weft_version());
    json_write_integer(&json, "contract", WEFT_CONTRACT);
    cli_train_json_options(&json, &train->options);
    json_write_raw(&json, "bits", bits);
    cli_json_device(&json, "device", weft_session_device(train->session));
    json_write_string(&json, "warning", cli_setup_warning(train->session));
    json_write_raw(&json, "network", network);
    json_write_string(&json, "data", train->data);
    json_data_sets(&json, train);
    json_write_open(&json, "epochs", '[');
    for (size_t i = 0; i < record->epoch_count; i++) {
        json_write_open(&json, NULL, '{');
        cli_train_json_epoch(&json, &record->epochs[i]);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        json_write_open(&json, weft_split_name((enum weft_split)i), '{');
        json_write_integer(&json, "images", train->evaluations[i].images);
        cli_json_results(&json, &train->evaluations[i], train->classes);
        json_write_close(&json, '}');
    }
    json_write_integer(&json, "model_epoch", epoch);
    json_write_string(&json, "sha256", train->hashes.sha256[CLI_RUN_MODEL]);
    cli_run_json_files(&json, &train->hashes);
    json_write_seconds(&json, "seconds", train->seconds);
    json_write_close(&json, '}');
    status = json_write_take(&json, text, error);
done:
    weft_free(network);
    free(bits);
    return status;
}

static enum weft_status write_run(const struct cli_training *train, struct weft_error *error) {
    struct os_file file = {0};
    char *text = NULL, path[4096];
    enum weft_status status;
    TRY_OR(done, compose_run(train, &text, error));
    TRY_OR(done, os_file_create(&file, cli_run_path(train->run.path, "run.json", path), error));
    fprintf(file.stream, "%s\n", text);
    status = os_file_commit(&file, error);
done:
    free(text);
    return status;
}

/* Draws both matrices and the curves with the ending ${format}. A figure that cannot be drawn is no
 * reason to lose a training. */
static void draw_figures(const struct cli_training *train, const char *format) {
    const struct cli_options *options = &train->options.common;
    const struct cli_record *record = &train->record;
    struct curves curves = {record->epochs, record->epoch_count, record->log, record->logged};
    struct weft_error reason = {0};
    char path[4096], name[64];
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        enum weft_split split = (enum weft_split)i;
        snprintf(name, sizeof name, "confusion-%s.%s", weft_split_name(split), format);
        cli_run_path(train->run.path, name, path);
        if (cli_figures_confusion(path, THEME_LIGHT, split, &train->evaluations[i], train->classes,
                                  false, &reason) != WEFT_OK) {
            cli_figures_failed(options, &reason, NULL);
            reason = (struct weft_error){0};
        }
    }
    snprintf(name, sizeof name, "curves.%s", format);
    cli_run_path(train->run.path, name, path);
    if (cli_figures_curves(path, THEME_LIGHT, &curves, &reason) != WEFT_OK) {
        cli_figures_failed(options, &reason, NULL);
    }
}

static enum weft_status write_confusion(struct cli_training *train, enum weft_split split,
                                        struct weft_error *error) {
    const enum cli_hashed which = (enum cli_hashed)(CLI_RUN_CONFUSION + split);
    struct text text = {0};
    enum weft_status status;
    csv_add_confusion(&text, &train->evaluations[split], train->classes);
    status = cli_run_write(train->run.path, which, &text, &train->hashes, error);
    free(text_take(&text));
    return status;
}

enum weft_status cli_train_write_results(struct cli_training *train, struct weft_error *error) {
    TRY(cli_run_keep(&train->run, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(write_confusion(train, (enum weft_split)i, error));
    }
    TRY(cli_run_check_hashes(train->run.path, &train->hashes, error));
    TRY(write_run(train, error));
    draw_figures(train, "svg");
    if (canvas_cairo_version()[0] != '\0') {
        draw_figures(train, "png");
    }
    return WEFT_OK;
}

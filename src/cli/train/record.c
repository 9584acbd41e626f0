/* record.c: a training as JSON, as text, and as files. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/json_write.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "os/files.h"
#include "report/csv.h"
#include "weft/version.h"

static const char *const matrices[WEFT_SPLIT_COUNT] = {"confusion-train.csv", "confusion-test.csv"};

/* Steps, null without a limit. */
static void json_steps(struct json_writer *json, uint64_t steps) {
    if (steps > 0) {
        json_write_integer(json, "steps", steps);
    } else {
        json_write_null(json, "steps");
    }
}

/* The options as they were given. */
static void json_options(struct json_writer *json, const struct cli_train_options *options) {
    json_write_open(json, "options", '{');
    json_write_integer(json, "epochs", options->epochs);
    json_write_integer(json, "batch", options->batch);
    json_write_float(json, "lr", options->lr);
    json_write_integer(json, "seed", options->seed);
    json_write_string(json, "order", options->order == WEFT_ORDER_FILE ? "file" : "shuffled");
    json_steps(json, options->steps);
    json_write_integer(json, "validate", options->validate);
    json_write_string(json, "init", options->init);
    json_write_string(json, "network", options->network);
    json_write_string(json, "out", options->out);
    json_write_string(json, "resume", options->resume);
    json_write_string(json, "dump_gradients", options->dump_gradients);
    cli_options_json(json, &options->common);
    json_write_close(json, '}');
}

enum weft_status cli_train_set_options(struct cli_training *train, size_t epochs, bool partial,
                                       struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    struct json_writer json = {0};
    char *text;
    enum weft_status status;
    /* The same bits have the same text: epochs and steps are those made, so that a training that
     * was stopped after two epochs leaves the same file as one that was asked for two. */
    json_write_open(&json, NULL, '{');
    json_write_integer(&json, "epochs", epochs);
    json_write_integer(&json, "batch", options->batch);
    json_write_float(&json, "lr", options->lr);
    json_write_integer(&json, "seed", options->seed);
    json_write_string(&json, "order", options->order == WEFT_ORDER_FILE ? "file" : "shuffled");
    json_steps(&json, partial ? train->steps : 0);
    json_write_string(&json, "math", cli_math_names[options->common.math]);
    json_write_string(&json, "init", train->init_sha256[0] != '\0' ? train->init_sha256 : NULL);
    if (options->validate >
        0) { /* without it, files are what they were before there was this option */
        json_write_integer(&json, "validate", options->validate);
    }
    json_write_close(&json, '}');
    status = json_write_take(&json, &text, error);
    if (status == WEFT_OK) {
        free(train->model->options);
        train->model->options = text;
    }
    return status;
}

void cli_train_json_epoch(struct json_writer *json, const struct report_epoch *history) {
    json_write_integer(json, "epoch", history->epoch);
    json_write_double(json, "accuracy", history->accuracy);
    json_write_double(json, "total_loss", history->total_loss);
    json_write_double(json, "mean_loss", history->mean_loss);
    json_write_seconds(json, "seconds", history->seconds);
    if (history->validated) {
        json_write_double(json, "validation_accuracy", history->validation_accuracy);
        json_write_double(json, "validation_loss", history->validation_loss);
    }
}

enum weft_status cli_train_print_start(const struct cli_training *train, struct weft_error *error) {
    struct json_writer json = {0};
    if (!train->options.common.json || train->silent) {
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "start");
    cli_json_device(&json, "device", weft_backend_device(train->backend));
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_string(&json, "warning", weft_backend_warning(train->backend));
    json_options(&json, &train->options);
    json_write_string(&json, "out", train->run.path);
    json_write_integer(&json, "parameters", train->model->network->parameter_count);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status write_run(const struct cli_training *train, struct weft_error *error) {
    char *network = weft_network_to_json(train->model->network), *text = NULL, path[4096];
    struct json_writer json = {.indented = true};
    struct os_file file = {0};
    enum weft_status status;
    if (network == NULL) {
        return weft_fail(error, WEFT_FAILED, "run.json: no memory for the network's text");
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "version", weft_version());
    json_write_integer(&json, "contract", WEFT_CONTRACT);
    json_options(&json, &train->options);
    json_write_raw(&json, "bits", train->model->options);
    cli_json_device(&json, "device", weft_backend_device(train->backend));
    json_write_string(&json, "warning", weft_backend_warning(train->backend));
    json_write_raw(&json, "network", network);
    json_write_string(&json, "data", train->data);
    json_write_open(&json, "epochs", '[');
    for (size_t i = 0; i < train->epoch_count; i++) {
        json_write_open(&json, NULL, '{');
        cli_train_json_epoch(&json, &train->history[i]);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        json_write_open(&json, weft_split_name((enum weft_split)i), '{');
        json_write_integer(&json, "images", train->evaluations[i].images);
        cli_json_results(&json, &train->evaluations[i], weft_class_names);
        json_write_close(&json, '}');
    }
    json_write_string(&json, "sha256", train->sha256);
    json_write_seconds(&json, "seconds", train->seconds);
    json_write_close(&json, '}');
    free(network);
    status = json_write_take(&json, &text, error);
    if (status == WEFT_OK) {
        status = os_file_create(&file, cli_run_path(&train->run, "run.json", path), error);
    }
    if (status == WEFT_OK) {
        fprintf(file.stream, "%s\n", text);
        status = os_file_commit(&file, error);
    }
    free(text);
    return status;
}

/* Both matrices and the curves, as SVG and, with cairo, as PNG. */
static enum weft_status write_figures(const struct cli_training *train, struct weft_error *error) {
    static const char *const ends[] = {"svg", "png"};
    struct curves curves = {train->history, train->epoch_count, train->log, train->logged};
    enum weft_status status = WEFT_OK;
    char path[4096], name[64];
    for (int end = 0; end < (canvas_has_cairo() ? 2 : 1) && status == WEFT_OK; end++) {
        for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
            snprintf(name, sizeof name, "confusion-%s.%s", weft_split_name((enum weft_split)i),
                     ends[end]);
            cli_run_path(&train->run, name, path);
            status = cli_figures_confusion(path, THEME_LIGHT, (enum weft_split)i,
                                           &train->evaluations[i], false, error);
        }
        snprintf(name, sizeof name, "curves.%s", ends[end]);
        cli_run_path(&train->run, name, path);
        if (status == WEFT_OK) {
            status = cli_figures_curves(path, THEME_LIGHT, &curves, error);
        }
    }
    return status;
}

enum weft_status cli_train_write_results(const struct cli_training *train,
                                         struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    char path[4096];
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        cli_run_path(&train->run, matrices[i], path);
        status = cli_figures_confusion_csv(&train->evaluations[i], path, error);
    }
    if (status == WEFT_OK) {
        status = write_figures(train, error);
    }
    return status == WEFT_OK ? write_run(train, error) : status;
}

enum weft_status cli_train_print_evaluation(const struct cli_training *train, enum weft_split split,
                                            struct weft_error *error) {
    const struct weft_evaluation *evaluation = &train->evaluations[split];
    struct json_writer json = {0};
    if (train->silent) {
        return WEFT_OK;
    }
    if (!train->options.common.json) {
        putchar('\n');
        cli_figures_print_confusion(split, evaluation);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "evaluation");
    json_write_string(&json, "split", weft_split_name(split));
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_integer(&json, "images", evaluation->images);
    cli_json_results(&json, evaluation, weft_class_names);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

enum weft_status cli_train_print_done(const struct cli_training *train, struct weft_error *error) {
    struct json_writer json = {0};
    if (train->silent) {
        return WEFT_OK;
    }
    if (!train->options.common.json) {
        printf("\nmodel: %s, sha256: %s\n", train->model_path, train->sha256);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "done");
    json_write_string(&json, "math", cli_math_names[train->options.common.math]);
    json_write_string(&json, "out", train->run.path);
    json_write_string(&json, "model", train->model_path);
    json_write_string(&json, "sha256", train->sha256);
    json_write_seconds(&json, "seconds", train->seconds);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

enum weft_status cli_train_write_history(const struct cli_training *train,
                                         struct weft_error *error) {
    struct os_file file = {0};
    char path[4096];
    enum weft_status status =
        os_file_create(&file, cli_run_path(&train->run, "history.csv", path), error);
    if (status == WEFT_OK) {
        csv_write_history(file.stream, train->history, train->epoch_count);
        status = os_file_commit(&file, error);
    }
    return status;
}

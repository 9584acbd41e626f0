/* record.c: a training as JSON, as text, and as files. */
#include "cli/train/train.h"

#include "cli/figures.h"

#include <stdlib.h>

#include "os/os.h"

static const char *const matrices[WEFT_SPLIT_COUNT] = {"confusion-train.csv", "confusion-test.csv"};

/* Steps, null without a limit. */
static void json_steps(struct weft_json *json, uint64_t steps) {
    if (steps > 0) {
        weft_json_integer(json, "steps", steps);
    } else {
        weft_json_null(json, "steps");
    }
}

/* The options as they were given. */
static void json_options(struct weft_json *json, const struct weft_options *options) {
    weft_json_open(json, "options", '{');
    weft_json_integer(json, "epochs", options->epochs);
    weft_json_integer(json, "batch", options->batch);
    weft_json_float(json, "lr", options->lr);
    weft_json_integer(json, "seed", options->seed);
    weft_json_string(json, "order", options->order == WEFT_FILE_ORDER ? "file" : "shuffled");
    json_steps(json, options->steps);
    weft_json_integer(json, "validate", options->validate);
    weft_json_string(json, "init", options->init);
    weft_json_string(json, "network", options->network);
    weft_json_string(json, "out", options->out);
    weft_json_string(json, "resume", options->resume);
    weft_json_string(json, "dump_gradients", options->dump_gradients);
    weft_shared_json_options(json, options);
    weft_json_close(json, '}');
}

enum weft_status weft_train_set_options(struct weft_train *train, size_t epochs, bool partial,
                                        struct weft_error *error) {
    const struct weft_options *options = train->options;
    struct weft_json json = {0};
    char *text;
    enum weft_status status;
    /* The same bits have the same text: epochs and steps are those made, so that a training that
     * was stopped after two epochs leaves the same file as one that was asked for two. */
    weft_json_open(&json, NULL, '{');
    weft_json_integer(&json, "epochs", epochs);
    weft_json_integer(&json, "batch", options->batch);
    weft_json_float(&json, "lr", options->lr);
    weft_json_integer(&json, "seed", options->seed);
    weft_json_string(&json, "order", options->order == WEFT_FILE_ORDER ? "file" : "shuffled");
    json_steps(&json, partial ? train->steps : 0);
    weft_json_string(&json, "math", weft_math_names[options->math]);
    weft_json_string(&json, "init", train->init_sha256[0] != '\0' ? train->init_sha256 : NULL);
    if (options->validate >
        0) { /* without it, files are what they were before there was this option */
        weft_json_integer(&json, "validate", options->validate);
    }
    weft_json_close(&json, '}');
    status = weft_json_take(&json, &text, error);
    if (status == WEFT_OK) {
        free(train->model->options);
        train->model->options = text;
    }
    return status;
}

void weft_train_json_epoch(struct weft_json *json, const struct weft_history *history) {
    weft_json_integer(json, "epoch", history->epoch);
    weft_json_double(json, "accuracy", history->accuracy);
    weft_json_double(json, "total_loss", history->total_loss);
    weft_json_double(json, "mean_loss", history->mean_loss);
    weft_json_seconds(json, "seconds", history->seconds);
    if (history->validated) {
        weft_json_double(json, "validation_accuracy", history->validation_accuracy);
        weft_json_double(json, "validation_loss", history->validation_loss);
    }
}

enum weft_status weft_train_print_start(const struct weft_train *train, struct weft_error *error) {
    struct weft_json json = {0};
    if (!train->options->json || train->silent) {
        return WEFT_OK;
    }
    weft_json_open(&json, NULL, '{');
    weft_json_string(&json, "event", "start");
    weft_json_device(&json, "device", weft_backend_device(train->backend));
    weft_json_string(&json, "math", weft_math_names[train->options->math]);
    weft_json_string(&json, "warning", weft_backend_warning(train->backend));
    json_options(&json, train->options);
    weft_json_string(&json, "out", train->run.path);
    weft_json_integer(&json, "parameters", train->model->network->parameter_count);
    weft_json_close(&json, '}');
    return weft_json_print(&json, stdout, error);
}

static enum weft_status write_run(const struct weft_train *train, struct weft_error *error) {
    char *network = weft_network_to_json(train->model->network), *text = NULL, path[4096];
    struct weft_json json = {.indented = true};
    struct weft_file file = {0};
    enum weft_status status;
    if (network == NULL) {
        return weft_fail(error, WEFT_FAILED, "run.json: no memory for the network's text");
    }
    weft_json_open(&json, NULL, '{');
    weft_json_string(&json, "version", weft_version());
    weft_json_integer(&json, "contract", WEFT_CONTRACT);
    json_options(&json, train->options);
    weft_json_raw(&json, "bits", train->model->options);
    weft_json_device(&json, "device", weft_backend_device(train->backend));
    weft_json_string(&json, "warning", weft_backend_warning(train->backend));
    weft_json_raw(&json, "network", network);
    weft_json_string(&json, "data", train->data);
    weft_json_open(&json, "epochs", '[');
    for (size_t i = 0; i < train->epoch_count; i++) {
        weft_json_open(&json, NULL, '{');
        weft_train_json_epoch(&json, &train->history[i]);
        weft_json_close(&json, '}');
    }
    weft_json_close(&json, ']');
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        weft_json_open(&json, weft_split_name((enum weft_split)i), '{');
        weft_json_integer(&json, "images", train->evaluations[i].images);
        weft_json_results(&json, &train->evaluations[i], weft_class_names);
        weft_json_close(&json, '}');
    }
    weft_json_string(&json, "sha256", train->sha256);
    weft_json_seconds(&json, "seconds", train->seconds);
    weft_json_close(&json, '}');
    free(network);
    status = weft_json_take(&json, &text, error);
    if (status == WEFT_OK) {
        status = weft_file_create(&file, weft_run_path(&train->run, "run.json", path), error);
    }
    if (status == WEFT_OK) {
        fprintf(file.stream, "%s\n", text);
        status = weft_file_commit(&file, error);
    }
    free(text);
    return status;
}

/* Both matrices and the curves, as SVG and, with cairo, as PNG. */
static enum weft_status write_figures(const struct weft_train *train, struct weft_error *error) {
    static const char *const ends[] = {"svg", "png"};
    struct weft_curves curves = {train->history, train->epoch_count, train->log, train->logged};
    enum weft_status status = WEFT_OK;
    char path[4096], name[64];
    for (int end = 0; end < (weft_canvas_has_cairo() ? 2 : 1) && status == WEFT_OK; end++) {
        for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
            snprintf(name, sizeof name, "confusion-%s.%s", weft_split_name((enum weft_split)i),
                     ends[end]);
            weft_run_path(&train->run, name, path);
            status = weft_figures_confusion(path, WEFT_THEME_LIGHT, (enum weft_split)i,
                                            &train->evaluations[i], false, error);
        }
        snprintf(name, sizeof name, "curves.%s", ends[end]);
        weft_run_path(&train->run, name, path);
        if (status == WEFT_OK) {
            status = weft_figures_curves(path, WEFT_THEME_LIGHT, &curves, error);
        }
    }
    return status;
}

enum weft_status weft_train_write_results(const struct weft_train *train,
                                          struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    char path[4096];
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        weft_run_path(&train->run, matrices[i], path);
        status = weft_shared_confusion_csv(&train->evaluations[i], path, error);
    }
    if (status == WEFT_OK) {
        status = write_figures(train, error);
    }
    return status == WEFT_OK ? write_run(train, error) : status;
}

enum weft_status weft_train_print_evaluation(const struct weft_train *train, enum weft_split split,
                                             struct weft_error *error) {
    const struct weft_evaluation *evaluation = &train->evaluations[split];
    struct weft_json json = {0};
    if (train->silent) {
        return WEFT_OK;
    }
    if (!train->options->json) {
        putchar('\n');
        weft_figures_print_confusion(split, evaluation);
        return WEFT_OK;
    }
    weft_json_open(&json, NULL, '{');
    weft_json_string(&json, "event", "evaluation");
    weft_json_string(&json, "split", weft_split_name(split));
    weft_json_string(&json, "math", weft_math_names[train->options->math]);
    weft_json_integer(&json, "images", evaluation->images);
    weft_json_results(&json, evaluation, weft_class_names);
    weft_json_close(&json, '}');
    return weft_json_print(&json, stdout, error);
}

enum weft_status weft_train_print_done(const struct weft_train *train, struct weft_error *error) {
    struct weft_json json = {0};
    if (train->silent) {
        return WEFT_OK;
    }
    if (!train->options->json) {
        printf("\nmodel: %s, sha256: %s\n", train->model_path, train->sha256);
        return WEFT_OK;
    }
    weft_json_open(&json, NULL, '{');
    weft_json_string(&json, "event", "done");
    weft_json_string(&json, "math", weft_math_names[train->options->math]);
    weft_json_string(&json, "out", train->run.path);
    weft_json_string(&json, "model", train->model_path);
    weft_json_string(&json, "sha256", train->sha256);
    weft_json_seconds(&json, "seconds", train->seconds);
    weft_json_close(&json, '}');
    return weft_json_print(&json, stdout, error);
}

enum weft_status weft_train_write_history(const struct weft_train *train,
                                          struct weft_error *error) {
    struct weft_file file = {0};
    char path[4096];
    enum weft_status status =
        weft_file_create(&file, weft_run_path(&train->run, "history.csv", path), error);
    if (status == WEFT_OK) {
        weft_report_history_csv(file.stream, train->history, train->epoch_count);
        status = weft_file_commit(&file, error);
    }
    return status;
}

/* evaluate.c: weft evaluate: the confusion matrix of a model. */
#include <math.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/identity.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/needs.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/setup_backend.h"
#include "os/files.h"
#include "os/host.h"
#include "os/process.h"
#include "report/screen.h"

static const char *const statistics[] = {"running", "batch", NULL}; /* enum weft_statistics */
enum pixels { NORMALISED, RAW };
static const char *const pixels[] = {"normalised", "raw", NULL};

struct options {
    struct cli_options common;
    int split, pixels, statistics, theme;
    uint64_t batch;
    bool as_published, normalize;
    const char *network, *csv, *figure, *logits;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_CHOICE("split", split, "test", cli_split_names, "the images to evaluate"),
    OPTION_CHOICE("statistics", statistics, NULL, statistics,
                  "the statistics of batch norm (default: running)"),
    OPTION_COUNT("batch", batch, "10000", 1, 1000000,
                 "images that share statistics, with --statistics batch"),
    OPTION_CHOICE("pixels", pixels, NULL, pixels,
                  "(x/255 - 0.2859) / 0.3530, or x/255 (default: normalised)"),
    OPTION_FLAG("as-published", as_published,
                "with the two mistakes of the notebook: --statistics batch,\n"
                "and --pixels raw for the test split"),
    OPTION_FILE("network", network, "the layers of a MODEL that does not name them, in JSON"),
    OPTION_FILE("csv", csv, "write the matrix as CSV"),
    OPTION_FILE("figure", figure, "draw the matrix: .png, .svg or .pdf"),
    OPTION_FLAG("normalize", normalize, "draw shares of each true class instead of counts"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "colours of the figure"),
    OPTION_FILE("logits", logits, "write the logits, images x classes, as safetensors"),
    {.name = NULL},
};

/* The state of one evaluation. */
struct state {
    const struct options *options;
    const char *path; /* of the model */
    struct weft_model *model;
    struct weft_images images;
    struct cli_identity identity; /* of the images */
    const char *const *names;     /* of the classes */
    struct backend *backend;
    struct evaluation_options requested;
    struct cli_progress bar;
    enum pixels pixels;
    struct evaluation found; /* for its logits */
    struct report_evaluation evaluation;
    bool draws; /* the figure */
    double seconds;
};

static enum weft_status choose(struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    struct evaluation_options *requested = &state->requested;
    requested->statistics = options->statistics == WEFT_STATISTICS_BATCH ? WEFT_STATISTICS_BATCH
                                                                         : WEFT_STATISTICS_RUNNING;
    state->pixels = options->pixels == RAW ? RAW : NORMALISED;
    if (options->normalize && options->figure == NULL) {
        return error_set(error, WEFT_USAGE, "--normalize: it needs --figure FILE");
    }
    if (options->figure != NULL && canvas_check(options->figure, error) != WEFT_OK) {
        return error_context(error, "--figure");
    }
    if (options->as_published) {
        if (options->statistics >= 0 || options->pixels >= 0) {
            return error_set(error, WEFT_USAGE, "--as-published: it sets --%s itself, omit that",
                             options->statistics >= 0 ? "statistics" : "pixels");
        }
        requested->statistics = WEFT_STATISTICS_BATCH;
        state->pixels = options->split == WEFT_SPLIT_TEST ? RAW : NORMALISED;
    }
    return WEFT_OK;
}

/* Reads the model and the images, and hands both to the device. */
static enum weft_status prepare(struct state *state, struct weft_error *error) {
    const struct cli_options *common = &state->options->common;
    const enum weft_split split = (enum weft_split)state->options->split;
    struct evaluation_options *requested = &state->requested;
    const struct weft_network *network;
    char folder[4096];
    size_t most = (size_t)state->options->batch;
    TRY(cli_load_model(common, common->operands[0], state->options->network, &state->model, error));
    state->path = weft_model_path(state->model);
    network = state->model->network;
    if (requested->statistics == WEFT_STATISTICS_RUNNING) {
        most = cli_needs_batch(network, true);
    }
    TRY(data_find(common->data, folder, error));
    TRY(images_read(folder, split, &state->images, NULL, error));
    TRY(backend_check_images(network, &state->images, error));
    cli_identity_start(&state->identity, &state->images);
    cli_message_detail(common, "data: %s, %zu images", folder, state->images.count);
    requested->batch = most < state->images.count ? most : state->images.count;
    cli_needs_print(common, network, requested->batch, requested->batch, true);
    TRY(cli_setup_device(common, network, requested->batch, true, &state->bar, &state->backend,
                         error));
    cli_identity_finish(&state->identity);
    cli_identity_check_split(common, folder, split, &state->identity, state->path, state->model);
    state->names = cli_identity_classes(state->model, &state->identity);
    TRY(cli_setup_write_model(state->backend, state->model, state->pixels == RAW, error));
    return backend_set_images(state->backend, 0, &state->images, error);
}

static bool progress(void *context, size_t done, size_t images) {
    struct state *state = context;
    cli_progress_update(&state->bar, "evaluation", done, images, state->requested.batch);
    return !os_interrupted();
}

static enum weft_status evaluate(struct state *state, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status;
    cli_progress_start(&state->bar, &state->options->common);
    cli_progress_update(&state->bar, "evaluation", 0, state->images.count, state->requested.batch);
    state->requested.progress = progress;
    state->requested.context = state;
    state->requested.want_logits = state->options->logits != NULL;
    status = evaluate_images(state->backend, &state->requested, &state->found, error);
    state->seconds = os_seconds() - start;
    cli_progress_wipe(&state->bar);
    state->evaluation = cli_setup_results(&state->found);
    if (status == WEFT_OK && !isfinite(state->evaluation.loss)) {
        /* With a NaN among the logits no class is the largest: such a matrix means nothing. */
        status = error_set(error, WEFT_DIVERGED,
                           "%s: evaluation: the loss is not a finite number: its values are too "
                           "large",
                           state->path);
    }
    return status;
}

static enum weft_status print(const struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    const enum weft_split split = (enum weft_split)options->split;
    struct json_writer json;
    if (cli_event_begin(&json, options->common.json, "evaluation")) {
        json_write_string(&json, "model", state->path);
        json_write_string(&json, "sha256", state->model->sha256);
        json_write_string(&json, "split", split_name(split));
        json_write_string(&json, "math", cli_math_names[options->common.math]);
        json_write_integer(&json, "images", state->evaluation.images);
        json_write_integer(&json, "batch", options->batch);
        json_write_string(&json, "pixels", pixels[state->pixels]);
        json_write_string(&json, "statistics", statistics[state->requested.statistics]);
        json_write_bool(&json, "as_published", options->as_published);
        cli_json_results(&json, &state->evaluation, state->names);
        cli_setup_json_device(&json, backend_device(state->backend));
        json_write_seconds(&json, "seconds", state->seconds);
        return cli_event_end(&json, error);
    }
    if (options->as_published) {
        screen_print(
            "as published: %s pixels on the %s split, batch statistics over batches of %llu: "
            "the notebook's %s\n\n",
            pixels[state->pixels], split_name(split), (unsigned long long)options->batch,
            state->pixels == RAW ? "two mistakes" : "second mistake");
    }
    cli_figures_print_confusion(split, &state->evaluation, state->names);
    return WEFT_OK;
}

/* Checks the paths of the files, before the evaluation. */
static enum weft_status check_files(struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    if (options->csv != NULL) {
        TRY(os_file_check(options->csv, error));
    }
    if (options->logits != NULL) {
        TRY(os_file_check(options->logits, error));
    }
    state->draws = options->figure != NULL && cli_figures_check(&options->common, options->figure);
    return WEFT_OK;
}

static enum weft_status write_files(const struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    if (options->csv != NULL) {
        TRY(cli_figures_confusion_csv(&state->evaluation, state->names, options->csv, error));
    }
    return options->logits != NULL ? evaluation_save_logits(&state->found, options->logits, error)
                                   : WEFT_OK;
}

/* Prints the matrix even if a file cannot be written, and draws it last: neither failure loses what
 * was computed. */
static enum weft_status write_results(const struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    enum weft_status written = write_files(state, error), printed = print(state, error);
    enum weft_status drawn = WEFT_OK;
    struct weft_error reason = {0};
    fflush(stdout); /* what a library does without memory may end the program */
    if (state->draws &&
        cli_figures_confusion(options->figure, (enum canvas_theme)options->theme,
                              (enum weft_split)options->split, &state->evaluation, state->names,
                              options->normalize, &reason) != WEFT_OK) {
        drawn = cli_figures_failed(&options->common, &reason, error);
    }
    return written != WEFT_OK ? written : printed != WEFT_OK ? printed : drawn;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct state state = {.options = options};
    enum weft_status status;
    os_catch_interrupts();
    TRY_OR(done, choose(&state, error));
    TRY_OR(done, check_files(&state, error));
    TRY_OR(done, prepare(&state, error));
    TRY_OR(done, evaluate(&state, error));
    TRY_OR(done, write_results(&state, error));
done:
    cli_identity_finish(&state.identity);
    evaluation_finish(&state.found);
    report_evaluation_finish(&state.evaluation);
    backend_close(state.backend);
    images_finish(&state.images);
    model_destroy(state.model);
    return status;
}

const struct cli_command cli_command_evaluate = {
    .name = "evaluate",
    .summary = "shows the confusion matrix of a model",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_REQUIRED,
    .operand_name = "MODEL",
    .examples = "weft evaluate run-1 --split test --csv confusion.csv\n"
                "weft evaluate run-1 --figure confusion.pdf --normalize\n"
                "weft evaluate data/trained.safetensors --as-published\n",
};

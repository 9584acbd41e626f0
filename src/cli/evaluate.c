/* evaluate.c: weft evaluate: the confusion matrix of a model. */
#include <math.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/evaluation.h"
#include "cli/figures.h"
#include "cli/identity.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/needs.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/pixels.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "numerics.h"
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
    bool as_published, average_flips, normalize;
    const char *network, *csv, *figure, *logits;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_CHOICE("split", split, "test", cli_split_names, "the images to evaluate"),
    OPTION_CHOICE("statistics", statistics, NULL, statistics,
                  "the statistics of batch norm (default: running)"),
    OPTION_COUNT("batch", batch, "10000", 1, 1000000, "images that share batch statistics"),
    OPTION_CHOICE("pixels", pixels, NULL, pixels,
                  "with the mean and deviation of the model, or x/255\n"
                  "(default: normalised)"),
    OPTION_FLAG("as-published", as_published,
                "with the two mistakes of the notebook: --statistics batch,\n"
                "and --pixels raw for the test split"),
    OPTION_FLAG("average-flips", average_flips,
                "average the logits of each image and its mirror image"),
    OPTION_FILE("network", network, "the layers of a MODEL that does not name them, in JSON"),
    OPTION_FILE("csv", csv, "write the matrix as CSV"),
    OPTION_FILE("figure", figure, "draw the matrix: .png, .svg or .pdf"),
    OPTION_FLAG("normalize", normalize, "draw shares of each true class instead of counts"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "colours of the figure"),
    OPTION_FILE("logits", logits, "write the logits, images x classes, as safetensors"),
    {.name = NULL},
};

#define INTERRUPTED "evaluation: interrupted after 0 images"

/* The state of one evaluation. */
struct state {
    const struct options *options;
    const char *path; /* of the model */
    struct weft_model *model;
    struct weft_images *images;
    struct cli_identity identity; /* of the images */
    const char *const *names;     /* of the classes */
    struct weft_session *session;
    struct weft_evaluation_options requested;
    struct cli_progress bar;
    enum pixels pixels;
    struct report_evaluation evaluation;
    bool draws; /* the figure */
    double seconds;
};

static enum weft_status choose(struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    struct weft_evaluation_options *requested = &state->requested;
    requested->statistics = options->statistics == WEFT_STATISTICS_BATCH ? WEFT_STATISTICS_BATCH
                                                                         : WEFT_STATISTICS_RUNNING;
    requested->average_flips = options->average_flips;
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

/* Opens the device, and hands the images to it. */
static enum weft_status open_session(struct state *state, struct weft_error *error) {
    const struct cli_options *common = &state->options->common;
    const struct weft_network *network = weft_model_network(state->model);
    const size_t count = weft_images_count(state->images);
    size_t batch = (size_t)state->options->batch;
    float raw[256];
    enum weft_status status;
    if (state->requested.statistics == WEFT_STATISTICS_RUNNING) {
        const size_t most = cli_needs_batch(network, true);
        batch = batch < most ? batch : most;
    }
    batch = batch < count ? batch : count;
    state->requested.batch = batch;
    cli_needs_print(common, network, batch, batch, true);
    TRY(cli_setup_session(common, state->model, batch, true, &state->bar, &state->session, error));
    if (state->pixels == RAW) {
        for (int v = 0; v < 256; v++) {
            raw[v] = weft_div((float)v, 255.0f);
        }
        TRY(weft_session_set_pixels(state->session, raw, error));
    }
    status = weft_session_keep(state->session, state->images, error);
    if (status == WEFT_INTERRUPTED) {
        *error = (struct weft_error){0};
        error_set(error, status, INTERRUPTED);
    }
    return status;
}

/* Reads the model and the images, and hands both to the device. */
static enum weft_status prepare(struct state *state, struct weft_error *error) {
    const struct cli_options *common = &state->options->common;
    const enum weft_split split = (enum weft_split)state->options->split;
    char *folder = NULL;
    enum weft_status status;
    TRY(cli_load_model(common, common->operands[0], state->options->network, &state->model, error));
    state->path = weft_model_path(state->model);
    TRY(weft_data_find(common->data, &folder, error));
    TRY_OR(done, cli_load_images(common, folder, split, weft_model_network(state->model),
                                 &state->images, error));
    TRY_OR(done, cli_pixels_set(common, NULL, state->model, error));
    cli_identity_start(&state->identity, state->images);
    cli_message_detail(common, "data: %s, %zu images", folder, weft_images_count(state->images));
    TRY_OR(done, open_session(state, error));
    TRY_OR(done, cli_identity_wait(&state->identity, INTERRUPTED, error));
    cli_identity_check_split(common, folder, split, &state->identity, state->path, state->model);
    state->names = cli_identity_classes(state->model, &state->identity);
done:
    weft_free(folder);
    return status;
}

static bool progress(void *context, size_t done, size_t images) {
    struct state *state = context;
    cli_progress_update(&state->bar, "evaluation", done, images, state->requested.batch);
    return !os_interrupted();
}

/* Allocates the array of the logits, if they are wanted. */
static enum weft_status reserve_logits(struct state *state, struct weft_error *error) {
    struct weft_evaluation_options *requested = &state->requested;
    const size_t images = weft_images_count(state->images);
    const size_t classes = weft_images_classes(state->images);
    if (state->options->logits == NULL) {
        return WEFT_OK;
    }
    requested->logits = calloc(images, classes * sizeof *requested->logits);
    requested->logits_count = images * classes;
    return requested->logits != NULL
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "no memory for the logits of %zu images", images);
}

static enum weft_status evaluate(struct state *state, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status;
    TRY(reserve_logits(state, error));
    cli_progress_start(&state->bar, &state->options->common);
    progress(state, 0, weft_images_count(state->images));
    state->requested.progress = progress;
    state->requested.context = state;
    status =
        cli_evaluate(state->session, state->images, state->requested, &state->evaluation, error);
    state->seconds = os_seconds() - start;
    cli_progress_wipe(&state->bar);
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
        json_write_string(&json, "sha256", weft_model_sha256(state->model));
        json_write_string(&json, "split", weft_split_name(split));
        json_write_string(&json, "math", cli_math_names[options->common.math]);
        json_write_integer(&json, "images", state->evaluation.images);
        json_write_integer(&json, "batch", options->batch);
        json_write_string(&json, "pixels", pixels[state->pixels]);
        json_write_string(&json, "statistics", statistics[state->requested.statistics]);
        json_write_bool(&json, "as_published", options->as_published);
        json_write_bool(&json, "average_flips", options->average_flips);
        cli_json_results(&json, &state->evaluation, state->names);
        cli_json_device(&json, "device", weft_session_device(state->session));
        json_write_seconds(&json, "seconds", state->seconds);
        return cli_event_end(&json, error);
    }
    if (options->as_published) {
        screen_print(
            "as published: %s pixels on the %s split, batch statistics over batches of %llu: "
            "the notebook's %s\n\n",
            pixels[state->pixels], weft_split_name(split), (unsigned long long)options->batch,
            state->pixels == RAW ? "two mistakes" : "second mistake");
    }
    if (options->average_flips) {
        screen_print("the logits of each image and of its mirror image are averaged\n\n");
    }
    cli_figures_print_confusion(split, &state->evaluation, state->names);
    return WEFT_OK;
}

/* Checks the paths of the files, before the evaluation. */
static enum weft_status check_files(struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    const struct cli_file files[] = {{CLI_FILE_INPUT, "--network", options->network},
                                     {CLI_FILE_OUTPUT, "--csv", options->csv},
                                     {CLI_FILE_OUTPUT, "--figure", options->figure},
                                     {CLI_FILE_OUTPUT, "--logits", options->logits},
                                     {.option = NULL}};
    TRY(cli_outputs_check(&options->common, files, error));
    if (options->csv != NULL) {
        TRY(os_file_check(options->csv, error));
    }
    if (options->logits != NULL) {
        TRY(os_file_check(options->logits, error));
    }
    state->draws = options->figure != NULL && cli_figures_check(&options->common, options->figure);
    return WEFT_OK;
}

static enum weft_status write_logits(const struct state *state, struct weft_error *error) {
    const struct report_evaluation *evaluation = &state->evaluation;
    const struct weft_tensor tensor = {.size = sizeof tensor,
                                       .name = "logits",
                                       .rank = 2,
                                       .shape = {evaluation->images, evaluation->classes},
                                       .count = evaluation->images * evaluation->classes};
    const struct weft_tensor *tensors[] = {&tensor};
    const float *values[] = {state->requested.logits};
    return weft_tensors_save(state->options->logits, tensors, values, 1, error);
}

static enum weft_status write_files(const struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    if (options->csv != NULL) {
        TRY(cli_figures_confusion_csv(&state->evaluation, state->names, options->csv, error));
    }
    return options->logits != NULL ? write_logits(state, error) : WEFT_OK;
}

/* Prints the matrix even if a file cannot be written, and draws it last: neither failure loses what
 * was computed. */
static enum weft_status write_results(const struct state *state, struct weft_error *error) {
    const struct options *options = state->options;
    enum weft_status written = write_files(state, error), printed = print(state, error);
    enum weft_status drawn = WEFT_OK;
    struct weft_error reason = {0};
    screen_flush(); /* what a library does without memory may end the program */
    if (state->draws &&
        cli_figures_confusion(options->figure, (enum canvas_theme)options->theme,
                              (enum weft_split)options->split, &state->evaluation, state->names,
                              options->normalize, &reason) != WEFT_OK) {
        drawn = cli_figures_failed(&options->common, &reason, error);
    }
    return written != WEFT_OK ? written : printed != WEFT_OK ? printed : drawn;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct state state = {.options = options, .requested = WEFT_EVALUATION_OPTIONS};
    enum weft_status status;
    os_catch_interrupts();
    TRY_OR(done, choose(&state, error));
    TRY_OR(done, check_files(&state, error));
    TRY_OR(done, prepare(&state, error));
    TRY_OR(done, evaluate(&state, error));
    TRY_OR(done, write_results(&state, error));
done:
    cli_identity_finish(&state.identity);
    report_evaluation_finish(&state.evaluation);
    free(state.requested.logits);
    weft_session_close(state.session);
    weft_images_destroy(state.images);
    weft_model_destroy(state.model);
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

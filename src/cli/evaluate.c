/* evaluate.c: weft evaluate: the confusion matrix of a model. */
#include <math.h>

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "os/host.h"
#include "os/interrupt.h"

static const char *const statistics[] = {"running", "batch", NULL}; /* enum weft_statistics */
enum pixels { NORMALISED, RAW };
static const char *const pixels[] = {"normalised", "raw", NULL};

struct options {
    struct cli_options common;
    int split, pixels, statistics, theme;
    uint64_t batch;
    bool as_published, normalize;
    const char *csv, *figure, *logits;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_CHOICE("split", split, "test", cli_split_names, "the images"),
    OPTION_CHOICE("statistics", statistics, NULL, statistics,
                  "what batch norm normalises with (default: running)"),
    OPTION_COUNT("batch", batch, "10000", 1, 1000000,
                 "images that share their statistics, with batch statistics"),
    OPTION_CHOICE("pixels", pixels, NULL, pixels,
                  "(x/255 - 0.2859) / 0.3530, or x/255 (default: normalised)"),
    OPTION_FLAG("as-published", as_published,
                "with the notebook's two mistakes: --statistics batch, and\n"
                "--pixels raw for the test split"),
    OPTION_FILE("csv", csv, "writes the matrix as CSV"),
    OPTION_FILE("figure", figure, "draws the matrix: .png, .svg or .pdf"),
    OPTION_FLAG("normalize", normalize, "the figure shows shares of each true class, not counts"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "of the figure"),
    OPTION_FILE("logits", logits, "writes the logits, images x classes, as safetensors"),
    {.name = NULL},
};

/* All that one evaluation has, and how it was made. */
struct job {
    const struct options *options;
    char path[4096], sha256[65]; /* of the model */
    struct weft_model *model;
    struct weft_images images;
    struct weft_backend *backend;
    struct weft_evaluation_options how;
    enum pixels pixels;
    struct weft_evaluation evaluation;
    double seconds;
};

static enum weft_status choose(struct job *job, struct weft_error *error) {
    const struct options *options = job->options;
    job->how.split = (enum weft_split)options->split;
    job->how.statistics = options->statistics == WEFT_STATISTICS_BATCH ? WEFT_STATISTICS_BATCH
                                                                       : WEFT_STATISTICS_RUNNING;
    job->pixels = options->pixels == RAW ? RAW : NORMALISED;
    if (options->normalize && options->figure == NULL) {
        return weft_fail(error, WEFT_USAGE, "--normalize: it needs --figure FILE");
    }
    if (options->figure != NULL && canvas_check(options->figure, error) != WEFT_OK) {
        return weft_error_context(error, "--figure");
    }
    if (options->as_published) {
        if (options->statistics >= 0 || options->pixels >= 0) {
            return weft_fail(error, WEFT_USAGE,
                             "--as-published: it sets --%s itself, leave that away",
                             options->statistics >= 0 ? "statistics" : "pixels");
        }
        job->how.statistics = WEFT_STATISTICS_BATCH;
        job->pixels = job->how.split == WEFT_SPLIT_TEST ? RAW : NORMALISED;
    }
    return WEFT_OK;
}

static enum weft_status prepare(struct job *job, struct weft_error *error) {
    const struct options *options = job->options;
    char folder[4096];
    size_t most =
        job->how.statistics == WEFT_STATISTICS_BATCH ? (size_t)options->batch : CLI_RUNNING_BATCH;
    enum weft_status status = cli_setup_model(&options->common, options->common.operands[0],
                                              &job->model, job->path, job->sha256, error);
    if (status != WEFT_OK ||
        (status = weft_data_find(options->common.data, folder, error)) != WEFT_OK ||
        (status = weft_images_read(folder, job->how.split, &job->images, NULL, error)) != WEFT_OK ||
        (status = cli_setup_check(job->model->network, &job->images, error)) != WEFT_OK) {
        return status;
    }
    cli_message_detail(&options->common, "data: %s, %zu images", folder, job->images.count);
    job->how.batch = most < job->images.count ? most : job->images.count;
    status = cli_setup_device(&options->common, job->model->network, job->how.batch, true,
                              &job->backend, error);
    if (status != WEFT_OK ||
        (status = cli_setup_write_model(job->backend, job->model, job->pixels == RAW, error)) !=
            WEFT_OK) {
        return status;
    }
    return weft_backend_set_images(job->backend, job->how.split, &job->images, error);
}

static enum weft_status print_json(const struct job *job, struct weft_error *error) {
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "evaluation");
    json_write_string(&json, "model", job->path);
    json_write_string(&json, "sha256", job->sha256);
    json_write_string(&json, "split", weft_split_name(job->how.split));
    json_write_string(&json, "math", cli_math_names[job->options->common.math]);
    json_write_integer(&json, "images", job->evaluation.images);
    json_write_integer(&json, "batch", job->options->batch);
    json_write_string(&json, "pixels", pixels[job->pixels]);
    json_write_string(&json, "statistics", statistics[job->how.statistics]);
    json_write_bool(&json, "as_published", job->options->as_published);
    cli_json_results(&json, &job->evaluation, weft_class_names);
    cli_json_device(&json, "device", weft_backend_device(job->backend));
    json_write_seconds(&json, "seconds", job->seconds);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static void print_text(const struct job *job) {
    if (job->options->as_published) {
        printf("as published: %s pixels on the %s split, batch statistics over batches of %llu: "
               "the notebook's %s\n\n",
               job->pixels == RAW ? "raw" : "normalised", weft_split_name(job->how.split),
               (unsigned long long)job->options->batch,
               job->pixels == RAW ? "two mistakes" : "second mistake");
    }
    cli_figures_print_confusion(job->how.split, &job->evaluation);
}

/* With a NaN among the logits there is no largest one: such a matrix means nothing. */
static enum weft_status check_loss(const struct job *job, struct weft_error *error) {
    if (isfinite(job->evaluation.loss)) {
        return WEFT_OK;
    }
    return weft_fail(error, WEFT_FAILED,
                     "%s: evaluation: the loss is not a finite number: its values are too large",
                     job->path);
}

/* Files first: what is printed on stdout is then true of them as well. */
static enum weft_status give_results(const struct job *job, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    if (job->options->csv != NULL) {
        status = cli_figures_confusion_csv(&job->evaluation, job->options->csv, error);
    }
    if (status == WEFT_OK && job->options->logits != NULL) {
        status = weft_evaluation_save_logits(&job->evaluation, job->options->logits, error);
    }
    if (status == WEFT_OK && job->options->figure != NULL) {
        status =
            cli_figures_confusion(job->options->figure, (enum canvas_theme)job->options->theme,
                                  job->how.split, &job->evaluation, job->options->normalize, error);
    }
    if (status == WEFT_OK && job->options->common.json) {
        status = print_json(job, error);
    } else if (status == WEFT_OK) {
        print_text(job);
    }
    return status;
}

static bool progress(void *context, size_t done, size_t images) {
    cli_progress_update(context, "evaluation", done, images);
    return !os_interrupted();
}

static enum weft_status evaluate(struct job *job, struct weft_error *error) {
    struct cli_progress bar;
    double start = os_seconds();
    enum weft_status status;
    cli_progress_start(&bar, &job->options->common);
    job->how.progress = progress;
    job->how.context = &bar;
    status = weft_evaluate(job->backend, &job->images, &job->how, job->options->logits != NULL,
                           &job->evaluation, error);
    job->seconds = os_seconds() - start;
    cli_progress_wipe(&bar);
    return status;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct job job = {.options = options};
    enum weft_status status = choose(&job, error);
    os_catch_interrupts();
    if (status == WEFT_OK) {
        status = prepare(&job, error);
    }
    if (status == WEFT_OK) {
        status = evaluate(&job, error);
    }
    if (status == WEFT_OK) {
        status = check_loss(&job, error);
    }
    if (status == WEFT_OK) {
        status = give_results(&job, error);
    }
    weft_evaluation_finish(&job.evaluation);
    weft_backend_close(job.backend);
    weft_images_finish(&job.images);
    weft_model_destroy(job.model);
    return status;
}

const struct cli_command cli_command_evaluate = {
    .name = "evaluate",
    .summary = "confusion matrix of a model",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_REQUIRED,
    .operand_name = "MODEL",
    .examples = "weft evaluate run-1 --split test --csv confusion.csv\n"
                "weft evaluate run-1 --figure confusion.pdf --normalize\n"
                "weft evaluate data/trained.safetensors --as-published\n",
};

/* predict.c: weft predict: the classes of pictures, and of images of the data set. */
#include "cli/predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "cli/text_wrap.h"
#include "numerics.h"

static const char *const inverts[] = {"auto", "yes", "no", NULL}; /* enum cli_invert */

static const char notes[] =
    "IMAGE is a PNG file of any size: it becomes grey, is cut to what differs from its\n"
    "background, scaled to the network's input, and inverted where the clothes are darker\n"
    "than their background. All shoes of Fashion-MNIST look to the left, so one that looks to\n"
    "the right is mirrored. A file of the input's size (28 x 28) is taken pixel by pixel.\n"
    "A file that can not be read is named, the others go on, and the exit code is 3.\n";

#define OPTIONS struct cli_predict_options

static const struct cli_option rows[] = {
    OPTION_TEXT("index", index, "LIST", "images of the data set, not files: 0,17,42"),
    OPTION_CHOICE("split", split, "test", cli_split_names, "where --index counts"),
    OPTION_CHOICE("invert", invert, "auto", inverts, "bright becomes dark in files"),
    OPTION_CHOICE("mirror", mirror, "auto", cli_mirror_names,
                  "left becomes right; auto: in files, where that\n"
                  "makes a shoe of it"),
    OPTION_COUNT("top", top, "3", 1, 10, "the N most probable classes"),
    OPTION_FILE("out", out, "draws what the network saw: .png, .svg or .pdf"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "of the figure"),
    {.name = NULL},
};

/* The logits of all images, in batches. */
static enum weft_status compute(struct cli_prediction *job, struct weft_error *error) {
    struct weft_images images = {job->computed, job->height, job->width,
                                 job->pixels,   job->labels, job->classes};
    struct weft_backend *backend = NULL;
    size_t batch = job->computed < CLI_RUNNING_BATCH ? job->computed : CLI_RUNNING_BATCH;
    enum weft_status status =
        cli_setup_device(&job->options->common, job->model->network, batch, true, &backend, error);
    if (status != WEFT_OK) {
        return status;
    }
    if ((status = cli_setup_write_model(backend, job->model, false, error)) == WEFT_OK) {
        status = weft_backend_set_images(backend, WEFT_SPLIT_TEST, &images, error);
    }
    for (size_t first = 0; status == WEFT_OK && first < job->computed; first += batch) {
        struct weft_pass pass = {.split = WEFT_SPLIT_TEST,
                                 .statistics = WEFT_STATISTICS_RUNNING,
                                 .first = first,
                                 .count =
                                     job->computed - first < batch ? job->computed - first : batch,
                                 .logits = job->logits + first * job->classes};
        status = weft_backend_evaluate(backend, &pass, error);
    }
    weft_backend_close(backend);
    return status;
}

/* Logits become probabilities. The exponentials are this project's own, so that they have the same bits everywhere. */
static void to_probabilities(float *logits, size_t classes) {
    float largest = logits[0];
    double sum = 0;
    for (size_t i = 1; i < classes; i++) {
        largest = logits[i] > largest ? logits[i] : largest;
    }
    for (size_t i = 0; i < classes; i++) {
        logits[i] = weft_exp(logits[i] - largest);
        sum += (double)logits[i];
    }
    for (size_t i = 0; i < classes; i++) {
        logits[i] = (float)((double)logits[i] / sum);
    }
}

/* The ${top} most probable classes, the first of equals first. */
static void sort_top(const float *probabilities, size_t classes, size_t top, size_t *order) {
    for (size_t k = 0; k < top; k++) {
        size_t best = classes;
        for (size_t i = 0; i < classes; i++) {
            bool taken = false;
            for (size_t j = 0; j < k; j++) {
                taken = taken || order[j] == i;
            }
            if (!taken && (best == classes || probabilities[i] > probabilities[best])) {
                best = i;
            }
        }
        order[k] = best;
    }
}

static enum weft_status print_json(const struct cli_prediction *job, size_t image,
                                   const size_t *order, size_t top, struct weft_error *error) {
    const float *probabilities = job->logits + image * job->classes;
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "prediction");
    json_write_string(&json, "image", job->names[image]);
    json_write_string(&json, "class", weft_class_names[order[0]]);
    json_write_integer(&json, "index", order[0]);
    json_write_float(&json, "probability", probabilities[order[0]]);
    json_write_open(&json, "top", '[');
    for (size_t i = 0; i < top; i++) {
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "class", weft_class_names[order[i]]);
        json_write_float(&json, "probability", probabilities[order[i]]);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    json_write_bool(&json, "mirrored", job->mirrored[image]);
    if (job->options->index != NULL) {
        json_write_string(&json, "label", weft_class_names[job->labels[image]]);
    }
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static void print_text(const struct cli_prediction *job, size_t image, const size_t *order,
                       size_t top) {
    char text[512] = "";
    size_t length = 0;
    for (size_t i = 0; i < top && length < sizeof text; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s %s %.4f",
                                   i > 0 ? "," : "", weft_class_names[order[i]],
                                   (double)job->logits[image * job->classes + order[i]]);
    }
    if (job->mirrored[image] && length < sizeof text) {
        length += (size_t)snprintf(text + length, sizeof text - length, " (mirrored)");
    }
    if (job->options->index != NULL && length < sizeof text) {
        snprintf(text + length, sizeof text - length, " (it is: %s)",
                 weft_class_names[job->labels[image]]);
    }
    cli_text_line(2, "%s:%s", job->names[image], text);
}

/* The images as the network saw them, the most probable class below each. */
static enum weft_status draw(const struct cli_prediction *job, const char **best,
                             struct weft_error *error) {
    struct gallery gallery = {job->pixels, job->count, job->height, job->width, best};
    struct canvas canvas;
    enum weft_status status =
        canvas_open(&canvas, job->options->out, (enum canvas_theme)job->options->theme, error);
    if (status == WEFT_OK) {
        gallery_draw(&canvas, &gallery);
        status = canvas_commit(&canvas, error);
    }
    return status;
}

static enum weft_status show(struct cli_prediction *job, struct weft_error *error) {
    size_t top =
        (size_t)job->options->top < job->classes ? (size_t)job->options->top : job->classes;
    size_t order[10] = {0};
    const char **best = malloc(job->count * sizeof *best + 1);
    enum weft_status status = WEFT_OK;
    if (best == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu names", job->count);
    }
    for (size_t i = 0; i < job->count && status == WEFT_OK; i++) {
        sort_top(job->logits + i * job->classes, job->classes, top, order);
        best[i] = weft_class_names[order[0]];
        if (job->options->common.json) {
            status = print_json(job, i, order, top, error);
        } else {
            print_text(job, i, order, top);
        }
    }
    if (status == WEFT_OK && job->options->out != NULL) {
        status = draw(job, best, error);
    }
    free(best);
    return status;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct cli_prediction job = {.options = options};
    enum weft_status status = cli_predict_read(&job, error);
    if (status == WEFT_OK && job.count > 0) {
        cli_predict_mirror(&job);
        job.logits = calloc(job.computed, job.classes * sizeof *job.logits);
        status = job.logits != NULL
                     ? compute(&job, error)
                     : weft_fail(error, WEFT_FAILED, "no memory for %zu logits", job.computed);
        if (status == WEFT_OK) {
            for (size_t i = 0; i < job.computed; i++) {
                to_probabilities(job.logits + i * job.classes, job.classes);
            }
            cli_predict_choose(&job);
            status = show(&job, error);
        }
    }
    if (status == WEFT_OK && job.unread > 0) {
        status = weft_fail(error, WEFT_BAD_FILE, "predict: %zu of %zu files could not be read",
                           job.unread, job.unread + job.count);
    }
    cli_predict_finish(&job);
    return status;
}

const struct cli_command cli_command_predict = {
    .name = "predict",
    .summary = "classes of images",
    .run = run,
    .options_size = sizeof(struct cli_predict_options),
    .options = rows,
    .operand = CLI_OPERAND_SEVERAL,
    .operand_name = "MODEL IMAGE...",
    .notes = notes,
    .examples = "weft predict run-1 shirt.png shoe.png\n"
                "weft predict run-1 --index 0,17,42 --split test\n",
};

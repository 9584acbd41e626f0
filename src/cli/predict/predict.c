/* predict.c: weft predict: the classes of pictures, and of images of the data set. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/needs.h"
#include "cli/predict/predict.h"
#include "cli/setup.h"
#include "cli/text_wrap.h"
#include "numerics.h"
#include "report/screen.h"

static const char *const inverts[] = {"auto", "yes", "no", NULL};       /* enum cli_invert */
static const char *const mirrors[] = {"auto", "yes", "no", NULL};       /* enum cli_mirror */
static const char *const prepares[] = {"auto", "photo", "plain", NULL}; /* enum cli_prepare */

static const char notes[] =
    "IMAGE is a PNG file of any size. A photograph is made grey, cut to what differs from its\n"
    "background, scaled to the input of the network, and inverted if the clothes are darker than\n"
    "their background. A shoe that points to the right is mirrored, as those of Fashion-MNIST\n"
    "point to the left. A file of the size of the input is used pixel by pixel. A file that\n"
    "cannot be read is reported, the others are predicted, and the exit code is 3.\n";

#define OPTIONS struct cli_predict_options

static const struct cli_option rows[] = {
    OPTION_FILE("network", network, "the layers of a MODEL that does not name them, in JSON"),
    OPTION_TEXT("index", index, "LIST", "images of the data set, not files: 0,17,42"),
    OPTION_CHOICE("split", split, "test", cli_split_names, "the images that --index names"),
    OPTION_CHOICE("prepare", prepare, "auto", prepares,
                  "photo: as photographs of clothes; plain: scaled only;\n"
                  "auto: photo for models of Fashion-MNIST"),
    OPTION_CHOICE("invert", invert, "auto", inverts, "exchange bright and dark in files"),
    OPTION_CHOICE("mirror", mirror, "auto", mirrors,
                  "exchange left and right; auto: in files, where\n"
                  "the mirrored image is more of a shoe"),
    OPTION_COUNT("top", top, "3", 1, 10, "the N most probable classes"),
    OPTION_FILE("out", out, "draws the input of the network: .png, .svg or .pdf"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "colours of the figure"),
    {.name = NULL},
};

/* Computes the logits of all images. */
static enum weft_status compute_logits(struct cli_prediction *state, struct weft_error *error) {
    struct weft_session *session;
    size_t most = cli_needs_batch(weft_model_network(state->model), true);
    size_t batch = state->computed < most ? state->computed : most;
    enum weft_status status;
    TRY(cli_setup_session(&state->options->common, state->model, batch, true, NULL, &session,
                          error));
    status = weft_predict(session, state->pixels, state->computed, state->logits, NULL, error);
    weft_session_close(session);
    return status;
}

/* With a NaN among the logits no class is the largest, and with an infinity the probabilities are
 * none. */
static enum weft_status check_finite(const struct cli_prediction *state, struct weft_error *error) {
    for (size_t i = 0; i < state->computed * state->classes; i++) {
        if (!isfinite(state->logits[i])) {
            return error_set(error, WEFT_DIVERGED,
                             "%s: prediction: a logit is not a finite number: its values are too "
                             "large",
                             weft_model_path(state->model));
        }
    }
    return WEFT_OK;
}

/* Replaces logits by probabilities. weft_exp gives the same bits on every machine. */
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

/* Stores the ${top} most probable classes in ${order}, the lower of equal ones first. */
static void sort_top(const float *probabilities, size_t classes, size_t top, size_t *order) {
    for (size_t i = 0; i < classes; i++) {
        size_t count = i < top ? i : top, k = count;
        while (k > 0 && probabilities[i] > probabilities[order[k - 1]]) {
            k--;
        }
        for (size_t j = count < top ? count : top - 1; j > k; j--) {
            order[j] = order[j - 1];
        }
        if (k < top) {
            order[k] = i;
        }
    }
}

static void print_text(const struct cli_prediction *state, size_t image, const size_t *order,
                       size_t top) {
    struct text text = {0};
    for (size_t i = 0; i < top; i++) {
        text_add(&text, "%s %s %.4f", i > 0 ? "," : "", cli_predict_class(state, order[i]),
                 (double)state->logits[image * state->classes + order[i]]);
    }
    text_add(&text, "%s", state->mirrored[image] ? " (mirrored)" : "");
    cli_predict_warnings_text(state, image, &text);
    if (state->options->index != NULL) {
        text_add(&text, " (it is: %s)", cli_predict_class(state, state->labels[image]));
    }
    cli_text_line(2, "%s:%s", state->names[image], text.failed ? "" : text.bytes);
    free(text.bytes);
}

/* Prints a prediction. ${order}: the ${top} most probable classes. */
static enum weft_status print(const struct cli_prediction *state, size_t image, const size_t *order,
                              size_t top, struct weft_error *error) {
    const float *probabilities = state->logits + image * state->classes;
    struct json_writer json;
    if (!cli_event_begin(&json, state->options->common.json, "prediction")) {
        print_text(state, image, order, top);
        return WEFT_OK;
    }
    json_write_string(&json, "image", state->names[image]);
    json_write_string(&json, "class", cli_predict_class(state, order[0]));
    json_write_integer(&json, "index", order[0]);
    json_write_float(&json, "probability", probabilities[order[0]]);
    json_write_open(&json, "top", '[');
    for (size_t i = 0; i < top; i++) {
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "class", cli_predict_class(state, order[i]));
        json_write_float(&json, "probability", probabilities[order[i]]);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    if (state->options->index == NULL) {
        json_write_string(&json, "prepare",
                          prepares[state->photo ? CLI_PREPARE_PHOTO : CLI_PREPARE_PLAIN]);
    }
    json_write_bool(&json, "mirrored", state->mirrored[image]);
    cli_predict_warnings_json(state, image, &json);
    if (state->options->index != NULL) {
        json_write_string(&json, "label", cli_predict_class(state, state->labels[image]));
    }
    return cli_event_end(&json, error);
}

/* Makes images of several channels grey, for the figure. */
static void make_grey(struct cli_prediction *state) {
    const size_t area = state->height * state->width;
    for (size_t i = 0; i < state->count && state->channels > 1; i++) {
        const uint8_t *from = state->pixels + i * state->channels * area;
        uint8_t *to = state->pixels + i * area;
        for (size_t p = 0; p < area; p++) {
            to[p] = cli_load_brightness(from + p, state->channels, area);
        }
    }
}

/* Prints all predictions, and draws the images with the most probable class below each. */
static enum weft_status show(const struct cli_prediction *state, struct weft_error *error) {
    const struct cli_predict_options *options = state->options;
    size_t top = options->top < state->classes ? (size_t)options->top : state->classes;
    size_t order[10] = {0};
    const char **best = malloc(state->count * sizeof *best + 1);
    struct gallery gallery = {state->pixels, state->count, state->height, state->width, best};
    struct weft_error reason = {0};
    enum weft_status status = WEFT_OK;
    if (best == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu names", state->count);
    }
    for (size_t i = 0; i < state->count; i++) {
        sort_top(state->logits + i * state->classes, state->classes, top, order);
        best[i] = cli_predict_class(state, order[0]);
        TRY_OR(done, print(state, i, order, top, error));
    }
    TRY_OR(done, cli_predict_warn(state, error));
    screen_flush(); /* what a library does without memory may end the program */
    if (state->draws && cli_figures_gallery(options->out, (enum canvas_theme)options->theme,
                                            &gallery, &reason) != WEFT_OK) {
        status = cli_figures_failed(&options->common, &reason, error);
    }
done:
    free(best);
    return status;
}

static enum weft_status predict(struct cli_prediction *state, struct weft_error *error) {
    cli_predict_mirror(state);
    state->logits = calloc(state->computed, state->classes * sizeof *state->logits);
    if (state->logits == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu logits", state->computed);
    }
    TRY(compute_logits(state, error));
    TRY(check_finite(state, error));
    for (size_t i = 0; i < state->computed; i++) {
        to_probabilities(state->logits + i * state->classes, state->classes);
    }
    cli_predict_mirror_choose(state);
    make_grey(state);
    return show(state, error);
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct cli_prediction state = {.options = options};
    enum weft_status status;
    TRY_OR(done, cli_predict_read(&state, error));
    if (state.count > 0) {
        TRY_OR(done, predict(&state, error));
    }
    if (state.unread > 0) {
        TRY_OR(done, error_set(error, WEFT_BAD_FILE, "predict: %zu of %zu files could not be read",
                               state.unread, state.unread + state.count));
    }
done:
    cli_predict_finish(&state);
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

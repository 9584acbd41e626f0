/* inputs.c: reads what weft predict needs: the model, and files or images of the data set. */
#include "cli/predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/figures.h"
#include "cli/identity.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/outputs.h"
#include "cli/parser.h"
#include "cli/pixels.h"
#include "cli/predict/picture.h"
#include "report/canvas.h"

#define INDICES_MAX 100000

const char *cli_predict_class(const struct cli_prediction *state, size_t label) {
    const char *recorded = weft_model_class_name(state->model, label);
    return recorded != NULL   ? recorded
           : state->published ? state->fashion[label]
                              : state->numbers[label];
}

/* Sets the number of classes. */
static enum weft_status set_classes(struct cli_prediction *state, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(state->model);
    const struct weft_layer *last = weft_network_layer(network, weft_network_layers(network) - 1);
    const struct weft_known_data fashion = cli_identity_published();
    state->fashion = fashion.class_names;
    state->fashion_classes = fashion.classes;
    state->classes = last->output[0];
    if (state->classes > CLI_CLASSES_MAX) {
        return error_set(error, WEFT_BAD_FILE, "network: it gives %zu classes, more than %d",
                         state->classes, CLI_CLASSES_MAX);
    }
    for (size_t i = 0; i < state->classes; i++) {
        snprintf(state->numbers[i], sizeof state->numbers[i], "%u", (unsigned)(i % 10000));
    }
    return WEFT_OK;
}

static void set_shape(struct cli_prediction *state, const size_t shape[3]) {
    state->channels = shape[0];
    state->height = shape[1];
    state->width = shape[2];
}

/* Sets the size that pictures get: that of the network's input, or a square if the input is
 * flat. */
static enum weft_status set_picture_shape(struct cli_prediction *state, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(state->model);
    const struct weft_layer *first = weft_network_layer(network, 0);
    size_t shape[3] = {first->input[0], first->input[1], first->input[2]};
    if (first->flat_input) {
        shape[0] = 1;
        while (shape[2] * shape[2] < first->input[0]) {
            shape[2]++;
        }
        shape[1] = shape[2];
    }
    set_shape(state, shape);
    return cli_load_check(network, shape, state->classes, error);
}

/* Allocates space for ${count} images, and for their mirrored ones. */
static enum weft_status reserve(struct cli_prediction *state, size_t count,
                                struct weft_error *error) {
    state->pixels = malloc(2 * count * state->channels * state->height * state->width + 1);
    state->labels = calloc(2 * count + 1, sizeof *state->labels);
    state->exact = calloc(count + 1, sizeof *state->exact);
    state->mirrored = calloc(count + 1, sizeof *state->mirrored);
    state->stretched = calloc(count + 1, sizeof *state->stretched);
    state->content = calloc(count + 1, sizeof *state->content);
    state->names = calloc(count + 1, sizeof *state->names);
    if (state->pixels == NULL || state->labels == NULL || state->exact == NULL ||
        state->mirrored == NULL || state->stretched == NULL || state->content == NULL ||
        state->names == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", count);
    }
    return WEFT_OK;
}

/* Counts the next image, called ${name}. */
static enum weft_status add_image(struct cli_prediction *state, const char *name,
                                  struct weft_error *error) {
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a name");
    }
    state->names[state->count++] = memcpy(copy, name, size);
    return WEFT_OK;
}

/* Reads all files. A file that cannot be read is reported and counted. */
static enum weft_status read_files(struct cli_prediction *state, struct weft_error *error) {
    const struct cli_options *options = &state->options->common;
    TRY(set_picture_shape(state, error));
    TRY(cli_predict_prepare(state, error));
    TRY(reserve(state, options->operand_count - 1, error));
    for (size_t i = 1; i < options->operand_count; i++) {
        struct weft_error cause = {0};
        const char *path = options->operands[i];
        bool damaged_exif = false;
        enum weft_status status =
            cli_predict_file(state, state->count, path, &damaged_exif, &cause);
        if (damaged_exif) {
            cli_message_notice(options, "%s: the eXIf chunk is damaged: the picture is not turned",
                               path);
        }
        status = status == WEFT_OK ? add_image(state, path, &cause) : status;
        if (status == WEFT_BAD_FILE) {
            cli_message_error(&cause, options->json);
            state->unread++;
        } else if (status != WEFT_OK) {
            *error = cause;
            return status;
        }
    }
    return WEFT_OK;
}

/* Reads "0,17,42" into ${indices}, all below ${limit}. Stores their number in ${count}. */
static enum weft_status parse_indices(const char *text, size_t limit, uint32_t *indices,
                                      size_t *count, struct weft_error *error) {
    for (*count = 0;; text++) {
        char part[32];
        size_t length = strcspn(text, ",");
        uint64_t value;
        snprintf(part, sizeof part, "%.*s", length < 31 ? (int)length : 31, text);
        TRY(cli_option_count(part, 0, limit - 1, "--index", &value, error));
        if (*count == INDICES_MAX) {
            return error_set(error, WEFT_USAGE, "--index: more than %d images", INDICES_MAX);
        }
        indices[(*count)++] = (uint32_t)value;
        text += length;
        if (*text == '\0') {
            return WEFT_OK;
        }
    }
}

/* Copies the images of --index. */
static enum weft_status copy_images(struct cli_prediction *state, const struct weft_images *images,
                                    const uint32_t *indices, size_t count,
                                    struct weft_error *error) {
    const uint8_t *pixels = weft_images_pixels(images);
    const uint16_t *labels = weft_images_labels(images);
    size_t area = state->channels * state->height * state->width;
    TRY(reserve(state, count, error));
    for (size_t i = 0; i < count; i++) {
        char name[48];
        memcpy(state->pixels + i * area, pixels + indices[i] * area, area);
        state->content[i] =
            state->published
                ? cli_picture_content(NULL, state->pixels + i * area, state->width, state->height)
                : cli_picture_content_plain(NULL, state->pixels + i * area, state->channels,
                                            state->width, state->height);
        state->labels[i] = labels[indices[i]];
        snprintf(name, sizeof name, "%s:%u",
                 weft_split_name((enum weft_split)state->options->split), (unsigned)indices[i]);
        TRY(add_image(state, name, error));
    }
    return WEFT_OK;
}

static enum weft_status read_data(struct cli_prediction *state, struct weft_error *error) {
    const struct cli_predict_options *options = state->options;
    const enum weft_split split = (enum weft_split)options->split;
    struct weft_images *images = NULL;
    struct cli_identity identity = {0};
    uint32_t *indices = malloc(INDICES_MAX * sizeof *indices);
    char *folder = NULL;
    size_t shape[3], count;
    enum weft_status status = WEFT_OK;
    if (indices == NULL) {
        TRY_OR(done, error_set(error, WEFT_NO_MEMORY, "--index: no memory"));
    }
    TRY_OR(done, weft_data_find(options->common.data, &folder, error));
    TRY_OR(done, cli_load_images(&options->common, folder, split, weft_model_network(state->model),
                                 &images, error));
    weft_images_shape(images, shape);
    set_shape(state, shape);
    TRY_OR(done, parse_indices(options->index, weft_images_count(images), indices, &count, error));
    cli_identity_start(&identity, images);
    TRY_OR(done, cli_identity_wait(&identity, "prediction: interrupted", error));
    cli_identity_check_split(&options->common, folder, split, &identity,
                             options->common.operands[0], state->model);
    TRY_OR(done, weft_model_set_classes(state->model, cli_identity_classes(state->model, &identity),
                                        state->classes, error));
    state->published = cli_predict_published(state);
    TRY_OR(done, copy_images(state, images, indices, count, error));
done:
    weft_images_destroy(images);
    weft_free(folder);
    free(indices);
    return status;
}

/* Fails for options that contradict each other or need a missing library. */
static enum weft_status check_options(const struct cli_predict_options *options,
                                      struct weft_error *error) {
    bool files = options->common.operand_count > 1;
    if (files == (options->index != NULL)) {
        error_set(error, WEFT_USAGE,
                  files ? "--index: name files or images of the data set, not both"
                        : "IMAGE is missing: weft predict needs one");
        return error_hint(error, "for example: weft predict run-1 shirt.png, or "
                                 "weft predict run-1 --index 0,17");
    }
    if (files && !cli_picture_can_read()) {
        error_set(error, WEFT_USAGE,
                  "predict: this weft was built without libpng: it can only take --index");
        return error_hint(error, "name images of the data set (--index 0,17), or build with "
                                 "libpng (Debian: libpng-dev)");
    }
    if (options->out != NULL && canvas_check(options->out, error) != WEFT_OK) {
        return error_context(error, "--out");
    }
    return WEFT_OK;
}

enum weft_status cli_predict_read(struct cli_prediction *state, struct weft_error *error) {
    const struct cli_predict_options *options = state->options;
    const struct cli_file files[] = {{CLI_FILE_INPUT, "--network", options->network},
                                     {CLI_FILE_OUTPUT, "--out", options->out},
                                     {.option = NULL}};
    TRY(check_options(options, error));
    TRY(cli_outputs_check(&options->common, files, error));
    state->draws = options->out != NULL && cli_figures_check(&options->common, options->out);
    TRY(cli_load_model(&options->common, options->common.operands[0], options->network,
                       &state->model, error));
    TRY(cli_pixels_set(&options->common, NULL, state->model, error));
    TRY(set_classes(state, error));
    return options->index == NULL ? read_files(state, error) : read_data(state, error);
}

void cli_predict_finish(struct cli_prediction *state) {
    for (size_t i = 0; i < state->count; i++) {
        free(state->names[i]);
    }
    free(state->names);
    free(state->pixels);
    free(state->labels);
    free(state->exact);
    free(state->mirrored);
    free(state->stretched);
    free(state->content);
    free(state->logits);
    weft_model_destroy(state->model);
}

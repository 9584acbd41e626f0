/* read.c: what weft predict looks at: files, or images of the data set. */
#include "cli/predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "cli/messages.h"
#include "cli/predict/picture.h"
#include "cli/setup.h"
#include "cli/values.h"

#define INDICES_MAX 100000

/* The size of the images that the network takes: one channel, or a flat square. */
static enum weft_status take_network(struct cli_prediction *job, struct weft_error *error) {
    const struct weft_network *network = job->model->network;
    struct weft_images one = {.height = network->input.height, .width = network->input.width};
    one.classes = sizeof weft_class_names / sizeof weft_class_names[0];
    if (network->input.flat) {
        while (one.width * one.width < network->input.channels) {
            one.width++;
        }
        one.height = one.width;
    }
    job->classes = one.classes;
    job->height = one.height;
    job->width = one.width;
    return weft_backend_check_images(network, &one, error);
}

static enum weft_status reserve(struct cli_prediction *job, size_t count,
                                struct weft_error *error) {
    /* room for mirrored ones too */
    job->pixels = malloc(2 * count * job->height * job->width + 1);
    job->labels = calloc(2 * count + 1, 1);
    job->exact = calloc(count + 1, 1);
    job->mirrored = calloc(count + 1, 1);
    job->names = calloc(count + 1, sizeof *job->names);
    if (job->pixels == NULL || job->labels == NULL || job->exact == NULL || job->mirrored == NULL ||
        job->names == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu images", count);
    }
    return WEFT_OK;
}

static enum weft_status set_name(struct cli_prediction *job, const char *name,
                                 struct weft_error *error) {
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for a name");
    }
    job->names[job->count++] = memcpy(copy, name, size);
    return WEFT_OK;
}

static enum weft_status read_file(struct cli_prediction *job, const char *path,
                                  struct weft_error *error) {
    struct cli_picture picture;
    enum weft_status status = cli_picture_read(path, &picture, error);
    if (status == WEFT_OK) {
        status = cli_picture_image(&picture, (enum cli_invert)job->options->invert, job->width,
                                   job->height, job->pixels + job->count * job->height * job->width,
                                   error);
        job->exact[job->count] = picture.width == job->width && picture.height == job->height;
        cli_picture_finish(&picture);
    }
    return status == WEFT_OK ? set_name(job, path, error) : status;
}

/* All files that can be read. */
static enum weft_status read_files(struct cli_prediction *job, struct weft_error *error) {
    const struct cli_predict_options *options = job->options;
    enum weft_status status = reserve(job, options->common.operand_count - 1, error);
    for (size_t i = 1; i < options->common.operand_count && status == WEFT_OK; i++) {
        struct weft_error here = {0};
        status = read_file(job, options->common.operands[i], &here);
        if (status == WEFT_BAD_FILE) {
            cli_message_error(&here, options->common.json);
            job->unread++;
            status = WEFT_OK;
        } else if (status != WEFT_OK) {
            *error = here;
        }
    }
    return status;
}

/* Reads "0,17,42" into ${indices}, all below ${limit}. Returns in ${count} how many. */
static enum weft_status parse_indices(const char *text, size_t limit, uint32_t *indices,
                                      size_t *count, struct weft_error *error) {
    for (*count = 0;; text++) {
        char part[32];
        size_t length = strcspn(text, ",");
        uint64_t value;
        enum weft_status status;
        snprintf(part, sizeof part, "%.*s", length < 31 ? (int)length : 31, text);
        status = cli_option_count(part, 0, limit - 1, "--index", &value, error);
        if (status != WEFT_OK) {
            return status;
        }
        if (*count == INDICES_MAX) {
            return weft_fail(error, WEFT_USAGE, "--index: more than %d images", INDICES_MAX);
        }
        indices[(*count)++] = (uint32_t)value;
        text += length;
        if (*text == '\0') {
            return WEFT_OK;
        }
    }
}

static enum weft_status take_indices(struct cli_prediction *job, const struct weft_images *images,
                                     struct weft_error *error) {
    size_t area = job->height * job->width, count = 0;
    uint32_t *indices = malloc(INDICES_MAX * sizeof *indices);
    enum weft_status status =
        indices != NULL ? parse_indices(job->options->index, images->count, indices, &count, error)
                        : weft_fail(error, WEFT_FAILED, "--index: no memory");
    if (status == WEFT_OK) {
        status = reserve(job, count, error);
    }
    for (size_t i = 0; status == WEFT_OK && i < count; i++) {
        char name[48];
        memcpy(job->pixels + i * area, images->pixels + indices[i] * area, area);
        job->labels[i] = images->labels[indices[i]];
        snprintf(name, sizeof name, "%s:%u", weft_split_name((enum weft_split)job->options->split),
                 (unsigned)indices[i]);
        status = set_name(job, name, error);
    }
    free(indices);
    return status;
}

static enum weft_status read_data(struct cli_prediction *job, struct weft_error *error) {
    struct weft_images images = {0};
    char folder[4096];
    enum weft_status status = weft_data_find(job->options->common.data, folder, error);
    if (status == WEFT_OK) {
        status =
            weft_images_read(folder, (enum weft_split)job->options->split, &images, NULL, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_check_images(job->model->network, &images, error);
    }
    if (status == WEFT_OK) {
        status = take_indices(job, &images, error);
    }
    weft_images_finish(&images);
    return status;
}

enum weft_status cli_predict_read(struct cli_prediction *job, struct weft_error *error) {
    const struct cli_predict_options *options = job->options;
    bool files = options->common.operand_count > 1;
    char path[4096];
    enum weft_status status = WEFT_OK;
    if (files == (options->index != NULL)) {
        weft_fail(error, WEFT_USAGE,
                  files ? "--index: name files or images of the data set"
                        : "IMAGE is missing: weft predict needs one");
        return weft_error_hint(error, "for example: weft predict run-1 shirt.png, or "
                                      "weft predict run-1 --index 0,17");
    }
    if (files && !cli_picture_can_read()) {
        weft_fail(error, WEFT_USAGE,
                  "predict: this weft was built without libpng: it can only take --index");
        return weft_error_hint(error, "name images of the data set (--index 0,17), or build with "
                                      "libpng (Debian: libpng-dev)");
    }
    if (options->out != NULL && canvas_check(options->out, error) != WEFT_OK) {
        return weft_error_context(error, "--out");
    }
    status = cli_setup_model(&options->common, options->common.operands[0], &job->model, path, NULL,
                             error);
    if (status == WEFT_OK) {
        status = take_network(job, error);
    }
    if (status != WEFT_OK) {
        return status;
    }
    return files ? read_files(job, error) : read_data(job, error);
}

void cli_predict_finish(struct cli_prediction *job) {
    for (size_t i = 0; i < job->count; i++) {
        free(job->names[i]);
    }
    free(job->names);
    free(job->pixels);
    free(job->labels);
    free(job->exact);
    free(job->mirrored);
    free(job->logits);
    weft_model_destroy(job->model);
}

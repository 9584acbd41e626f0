/* cell_images.c: the images that a report shows for the cells of its matrices.
 *
 * Each run is evaluated again, with its logits: the confidence of an image is the probability of
 * the predicted class. Mistakes are sorted with the most confident first, correct predictions with
 * the least certain first. */
#include "cli/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/evaluation.h"
#include "cli/identity.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/needs.h"
#include "cli/setup.h"
#include "os/files.h"
#include "report/png.h"
#include "report/scale.h"

enum {
    COLUMNS = 50, /* of the sprite */
    SIDE_MAX = 84 /* of an image in it: as large as the page shows it */
};

/* A split of a run, and its images. */
struct part {
    struct page_run *run;
    enum weft_split split;
    struct weft_images *images;
};

/* The order of pictures: by cell, then by confidence. */
static int by_cell(const void *left, const void *right) {
    const struct page_picture *a = left, *b = right;
    bool mistake = a->truth != a->predicted;
    if (cli_report_cell(a) != cli_report_cell(b)) {
        return cli_report_cell(a) < cli_report_cell(b) ? -1 : 1;
    }
    if (a->probability != b->probability) {
        return (a->probability > b->probability) == mistake ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Sets the predicted class of an image and its probability. */
static void predict(const float *logits, size_t classes, struct page_picture *picture) {
    size_t best = 0;
    double sum = 0;
    for (size_t i = 1; i < classes; i++) {
        best = logits[i] > logits[best] ? i : best;
    }
    for (size_t i = 0; i < classes; i++) {
        sum += exp((double)logits[i] - (double)logits[best]);
    }
    picture->predicted = (uint16_t)best;
    picture->probability = (float)(1 / sum);
}

/* Whether the page shows the images of a cell: of many classes it has the ${count} ${cells}. */
static bool is_shown(const struct report_evaluation *evaluation, const size_t *cells, size_t count,
                     const struct page_picture *picture) {
    const size_t cell = picture->truth * evaluation->classes + picture->predicted;
    bool listed = evaluation->classes <= CONFUSION_TABLE_MAX;
    for (size_t i = 0; i < count && !listed; i++) {
        listed = cells[i] == cell;
    }
    return listed;
}

/* Stores the images of a split that the page can show in the order of their cells. */
static enum weft_status sort_images(struct part *part, const struct report_evaluation *evaluation,
                                    const float *logits, struct weft_error *error) {
    const uint16_t *labels = weft_images_labels(part->images);
    struct page_picture *pictures = calloc(evaluation->images, sizeof *pictures);
    size_t cells[CONFUSION_LIST_MAX], shown = 0;
    const size_t listed = confusion_worst(evaluation, cells, CONFUSION_LIST_MAX);
    if (pictures == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", evaluation->images);
    }
    for (size_t i = 0; i < evaluation->images; i++) {
        struct page_picture *picture = &pictures[shown];
        picture->index = (uint32_t)i;
        picture->truth = labels[i];
        predict(logits + i * evaluation->classes, evaluation->classes, picture);
        shown += is_shown(evaluation, cells, listed, picture);
    }
    qsort(pictures, shown, sizeof *pictures, by_cell);
    part->run->pictures[part->split] = pictures;
    part->run->picture_count[part->split] = shown;
    return WEFT_OK;
}

static bool same_matrix(const struct report_evaluation *a, const struct report_evaluation *b) {
    return a->classes == b->classes && a->images == b->images &&
           memcmp(a->confusion, b->confusion, a->classes * a->classes * sizeof *a->confusion) == 0;
}

static enum weft_status evaluate(struct part *part, struct weft_session *session,
                                 struct weft_error *error) {
    const size_t count = weft_images_count(part->images);
    const size_t classes = weft_images_classes(part->images);
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct report_evaluation evaluation = {.images = 0};
    enum weft_status status;
    options.logits = calloc(count, classes * sizeof *options.logits);
    options.logits_count = count * classes;
    if (options.logits == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the logits of %zu images", count);
    }
    TRY_OR(done, cli_evaluate(session, part->images, options, &evaluation, error));
    if (same_matrix(&evaluation, &part->run->evaluations[part->split])) {
        status = sort_images(part, &evaluation, options.logits, error);
    } else {
        status = error_set(error, WEFT_BAD_FILE,
                           "%s: the model and the images do not give the matrix of run.json",
                           weft_split_name(part->split));
    }
done:
    report_evaluation_finish(&evaluation);
    free(options.logits);
    return status;
}

/* Reads the images of both splits, for ${network}. */
static enum weft_status read_images(const struct cli_options *options, const char *folder,
                                    const struct weft_network *network,
                                    struct part parts[WEFT_SPLIT_COUNT], struct weft_error *error) {
    const struct weft_data_options read = cli_load_data_options(options, network);
    struct weft_images *images[WEFT_SPLIT_COUNT];
    TRY(weft_data_read(folder, &read, images, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        parts[i].images = images[i];
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(cli_load_fits(network, images[i], error));
    }
    return WEFT_OK;
}

/* Evaluates both splits of a run. */
static enum weft_status evaluate_run(const struct cli_options *options,
                                     struct part parts[WEFT_SPLIT_COUNT],
                                     struct weft_error *error) {
    struct weft_session *session = NULL;
    struct weft_model *model = NULL;
    const struct weft_network *network;
    struct cli_identity identity[WEFT_SPLIT_COUNT] = {{.task = NULL}};
    char *folder = NULL;
    enum weft_status status;
    TRY_OR(done, cli_load_model(options, parts[0].run->name, NULL, &model, error));
    network = weft_model_network(model);
    TRY_OR(done, weft_data_find(options->data, &folder, error));
    TRY_OR(done, read_images(options, folder, network, parts, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_start(&identity[i], parts[i].images);
    }
    TRY_OR(done, cli_setup_session(options, model, cli_needs_batch(network, true), true, NULL,
                                   &session, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&identity[i]);
        cli_identity_check_split(options, folder, (enum weft_split)i, &identity[i],
                                 weft_model_path(model), model);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY_OR(done, evaluate(&parts[i], session, error));
    }
done:
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_finish(&identity[i]);
    }
    weft_session_close(session);
    weft_model_destroy(model);
    weft_free(folder);
    return status;
}

/* As evaluate_run. A run that cannot be evaluated has no images, and a notice says why. */
static enum weft_status try_run(const struct cli_options *options, const char *data,
                                struct page_run *run, struct part parts[WEFT_SPLIT_COUNT],
                                struct weft_error *error) {
    struct weft_error cause = {0};
    enum weft_status status = evaluate_run(options, parts, &cause);
    if (status == WEFT_BAD_FILE || status == WEFT_BAD_DEVICE) {
        cli_message_always("%s: no images of its cells: %s", run->name, cause.message);
        if (options->data == NULL && data[0] != '\0') {
            cli_message_always("its run.json names the data in %s, which is only opened if --data "
                               "names it",
                               data);
        }
        for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
            run->picture_count[i] = 0;
        }
        return WEFT_OK;
    }
    if (status != WEFT_OK) {
        *error = cause;
    }
    return status;
}

/* Sets the size of the sprite's images: that of the first run's, or less if its longer side exceeds
 * SIDE_MAX. Images of another size are omitted. */
static void set_size(struct page *page, const struct part *parts, size_t count) {
    size_t height = 0, width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t *pictures = &parts[i].run->picture_count[parts[i].split], shape[3];
        weft_images_shape(parts[i].images, shape);
        if (*pictures > 0 && width == 0) {
            height = shape[1];
            width = shape[2];
        }
        if (shape[1] != height || shape[2] != width) {
            *pictures = 0;
        }
    }
    page->height = height;
    page->width = width;
    if (height > SIDE_MAX || width > SIDE_MAX) {
        const size_t longer = height > width ? height : width;
        page->height = height * SIDE_MAX > longer ? height * SIDE_MAX / longer : 1;
        page->width = width * SIDE_MAX > longer ? width * SIDE_MAX / longer : 1;
    }
}

/* Copies the chosen images of a part into the sprite, from number ${next} on. ${image} has room for
 * one, and for one of the sprite. */
static void paint(const struct page *page, const struct part *part, uint8_t *image, uint8_t *sprite,
                  uint32_t *next) {
    size_t shape[3];
    weft_images_shape(part->images, shape);
    for (size_t i = 0; i < part->run->picture_count[part->split]; i++) {
        struct page_picture *picture = &part->run->pictures[part->split][i];
        size_t number = picture->sprite = (*next)++;
        uint8_t *to =
            sprite + (number / COLUMNS * page->height * COLUMNS + number % COLUMNS) * page->width;
        uint8_t *small = image + shape[1] * shape[2];
        cli_load_grey(part->images, picture->index, shape[2], image);
        scale_bytes(image, shape[2], shape[1], small, page->width, page->height);
        for (size_t y = 0; y < page->height; y++) {
            memcpy(to + y * COLUMNS * page->width, small + y * page->width, page->width);
        }
    }
}

/* Returns memory for the largest image of all parts and one of the sprite. */
static uint8_t *image_memory(const struct page *page, const struct part *parts, size_t count) {
    size_t largest = 0, shape[3];
    for (size_t i = 0; i < count; i++) {
        weft_images_shape(parts[i].images, shape);
        largest = shape[1] * shape[2] > largest ? shape[1] * shape[2] : largest;
    }
    return malloc(largest + page->height * page->width);
}

/* Chooses the images of all parts and makes the sprite. */
static enum weft_status make_sprite(struct page *page, const struct part *parts, size_t count,
                                    struct weft_error *error) {
    size_t total, rows;
    uint32_t next = 0;
    uint8_t *sprite, *image;
    enum weft_status status;
    set_size(page, parts, count);
    total = cli_report_choose(page);
    page->columns = COLUMNS;
    if (total == 0) {
        return WEFT_OK;
    }
    rows = (total + COLUMNS - 1) / COLUMNS;
    sprite = calloc(rows * COLUMNS, page->height * page->width);
    image = image_memory(page, parts, count);
    if (sprite == NULL || image == NULL) {
        free(sprite);
        free(image);
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", total);
    }
    for (size_t i = 0; i < count; i++) {
        paint(page, &parts[i], image, sprite, &next);
    }
    free(image);
    status = report_png_encode(sprite, COLUMNS * page->width, rows * page->height, &page->sprite,
                               &page->sprite_size, error);
    free(sprite);
    return status;
}

enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error) {
    size_t count = page->run_count * WEFT_SPLIT_COUNT;
    struct part *parts = calloc(count, sizeof *parts);
    enum weft_status status;
    if (parts == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the images of a report");
    }
    for (size_t i = 0; i < count; i += WEFT_SPLIT_COUNT) {
        struct page_run *run = &page->runs[i / WEFT_SPLIT_COUNT];
        for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
            parts[i + split].run = run;
            parts[i + split].split = (enum weft_split)split;
        }
        TRY_OR(done, try_run(options, data[i / WEFT_SPLIT_COUNT], run, &parts[i], error));
    }
    TRY_OR(done, make_sprite(page, parts, count, error));
done:
    for (size_t i = 0; i < count; i++) {
        weft_images_destroy(parts[i].images);
    }
    free(parts);
    return status;
}

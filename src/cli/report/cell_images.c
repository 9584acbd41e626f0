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
static enum weft_status sort_images(struct cli_report_part *part,
                                    const struct report_evaluation *evaluation, const float *logits,
                                    struct weft_error *error) {
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

static enum weft_status evaluate(struct cli_report_part *part, struct weft_session *session,
                                 struct weft_error *error) {
    const size_t count = weft_images_count(part->images);
    const size_t classes = weft_images_classes(part->images);
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct report_evaluation evaluation = {.images = 0};
    enum weft_status status;
    options.logits = calloc(count, classes * sizeof *options.logits);
    options.logits_count = count * classes;
    options.progress = cli_setup_go_on;
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

/* Reads the images of both splits, for ${network}. Stores the folder, which the caller frees, and
 * whether the images ${fail}, and not what is theirs and the network's. */
static enum weft_status read_images(const struct cli_options *options,
                                    const struct weft_network *network, char **folder,
                                    struct cli_report_part parts[WEFT_SPLIT_COUNT], bool *fail,
                                    struct weft_error *error) {
    const struct weft_data_options read = cli_load_data_options(options, network);
    struct weft_images *images[WEFT_SPLIT_COUNT];
    *fail = true;
    TRY(weft_data_find(options->data, folder, error));
    TRY(weft_data_read(*folder, &read, images, error));
    *fail = false;
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        parts[i].images = images[i];
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(cli_load_fits(network, images[i], error));
    }
    return WEFT_OK;
}

/* Evaluates both splits of a run. Stores whether the images could not be read in ${unread}. */
static enum weft_status evaluate_run(const struct cli_options *options,
                                     struct cli_report_part parts[WEFT_SPLIT_COUNT], bool *unread,
                                     struct weft_error *error) {
    struct weft_session *session = NULL;
    struct weft_model *model = NULL;
    const struct weft_network *network;
    struct cli_identity identity[WEFT_SPLIT_COUNT] = {{.task = NULL}};
    char *folder = NULL;
    enum weft_status status;
    TRY_OR(done, cli_load_model(options, parts[0].run->name, NULL, &model, error));
    network = weft_model_network(model);
    TRY_OR(done, read_images(options, network, &folder, parts, unread, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_start(&identity[i], parts[i].images);
    }
    TRY_OR(done, cli_setup_session(options, model, cli_needs_batch(network, true), true, NULL,
                                   &session, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY_OR(done, cli_identity_wait(&identity[i], "evaluation: interrupted", error));
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

/* Whether a report without images is what the user wants after ${status}: not if the device or the
 * data were named, by an option or a variable. One of ${several} runs may be of other data, but the
 * data that were named must exist. */
static bool is_tolerated(const struct cli_options *options, enum weft_status status, bool unread,
                         bool several) {
    switch (status) {
    case WEFT_BAD_DEVICE:
        return strcmp(options->device, "auto") == 0;
    case WEFT_BAD_FILE:
        return options->data == NULL || (several && !unread);
    default:
        return false;
    }
}

/* As evaluate_run. A run that cannot be evaluated has no images, and a warning says why, if that is
 * tolerated. ${several}: there are other runs. */
static enum weft_status try_run(const struct cli_options *options, const char *data, bool several,
                                struct page_run *run,
                                struct cli_report_part parts[WEFT_SPLIT_COUNT],
                                struct weft_error *error) {
    struct weft_error cause = {0};
    bool unread = false;
    enum weft_status status = evaluate_run(options, parts, &unread, &cause);
    if (is_tolerated(options, status, unread, several)) {
        const bool named = options->data == NULL && data[0] != '\0';
        cli_message_warning(options, "no-images", "%s: no images of its cells: %s%s%s%s", run->name,
                            cause.message, named ? "; its run.json names the data in " : "",
                            named ? data : "",
                            named ? ", which is only opened if --data names it" : "");
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

enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error) {
    size_t count = page->run_count * WEFT_SPLIT_COUNT;
    struct cli_report_part *parts = calloc(count, sizeof *parts);
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
        TRY_OR(done, try_run(options, data[i / WEFT_SPLIT_COUNT], page->run_count > 1, run,
                             &parts[i], error));
    }
    TRY_OR(done, cli_report_sprite(page, parts, count, error));
done:
    for (size_t i = 0; i < count; i++) {
        weft_images_destroy(parts[i].images);
    }
    free(parts);
    return status;
}

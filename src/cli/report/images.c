/* images.c: the images behind the cells of a confusion matrix.
 *
 * Each run is evaluated anew, with its logits: an image's confidence is the probability of the class that it was taken for.
 * Mistakes are shown most confident first, right ones least certain first; so many of each cell that all runs' together
 * stay below a limit, which keeps the file small. */
#include "cli/report/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/messages.h"
#include "cli/setup.h"
#include "os/files.h"
#include "report/png.h"

enum {
    IMAGES_MAX = 3000, /* in a report: about 2 MB */
    IMAGE_BYTES = 720, /* of one, with what is said of it */
    PAGE_BYTES = 2850000,
    ZERO_BYTES = 10, /* of a cell of the table that is 0 */
    CELL_BYTES = 48, /* of another one, at most */
    CELL_MAX = 24,   /* images of a cell */
    COLUMNS = 50     /* of the sprite */
};

/* The images of a run's split, until those to be shown are chosen. */
struct work {
    struct page_run *run;
    enum weft_split split;
    struct weft_images images;
};

static int by_place(const void *left, const void *right) {
    const struct page_picture *a = left, *b = right;
    bool mistake = a->truth != a->predicted;
    if (a->truth != b->truth) {
        return a->truth < b->truth ? -1 : 1;
    }
    if (a->predicted != b->predicted) {
        return a->predicted < b->predicted ? -1 : 1;
    }
    if (a->probability != b->probability) {
        return (a->probability > b->probability) == mistake ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The class of an image and the probability of it. */
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

/* All images of a split in the order of their cells. */
static enum weft_status sort_images(struct work *work, const struct weft_evaluation *evaluation,
                                    struct weft_error *error) {
    struct page_run *run = work->run;
    struct page_picture *pictures = calloc(evaluation->images, sizeof *pictures);
    if (pictures == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu images", evaluation->images);
    }
    for (size_t i = 0; i < evaluation->images; i++) {
        pictures[i].index = (uint32_t)i;
        pictures[i].truth = work->images.labels[i];
        predict(evaluation->logits + i * evaluation->classes, evaluation->classes, &pictures[i]);
    }
    qsort(pictures, evaluation->images, sizeof *pictures, by_place);
    run->pictures[work->split] = pictures;
    run->picture_count[work->split] = evaluation->images;
    return WEFT_OK;
}

/* Whether the matrix that was computed now is the one that the run wrote. */
static bool same_matrix(const struct weft_evaluation *a, const struct weft_evaluation *b) {
    return a->classes == b->classes && a->images == b->images &&
           memcmp(a->confusion, b->confusion, a->classes * a->classes * sizeof *a->confusion) == 0;
}

static enum weft_status evaluate(struct work *work, struct weft_backend *backend,
                                 struct weft_error *error) {
    struct weft_evaluation_options how = {work->split, WEFT_STATISTICS_RUNNING, CLI_RUNNING_BATCH};
    struct weft_evaluation evaluation;
    enum weft_status status = weft_backend_set_images(backend, work->split, &work->images, error);
    if (status == WEFT_OK) {
        how.batch = work->images.count < CLI_RUNNING_BATCH ? work->images.count : CLI_RUNNING_BATCH;
        status = weft_evaluate(backend, &work->images, &how, true, &evaluation, error);
    }
    if (status != WEFT_OK) {
        return status;
    }
    if (!same_matrix(&evaluation, &work->run->evaluations[work->split])) {
        status = weft_fail(error, WEFT_BAD_FILE,
                           "%s: the model and the images do not give the matrix of run.json",
                           weft_split_name(work->split));
    } else {
        status = sort_images(work, &evaluation, error);
    }
    weft_evaluation_finish(&evaluation);
    return status;
}

/* Both splits of a run. */
static enum weft_status look_at(const struct cli_options *options, const char *data,
                                struct work works[WEFT_SPLIT_COUNT], struct weft_error *error) {
    const char *chosen = options->data == NULL && os_is_folder(data) ? data : options->data;
    struct weft_backend *backend = NULL;
    struct weft_model *model = NULL;
    char folder[4096], path[4096];
    enum weft_status status =
        cli_setup_model(options, works[0].run->name, &model, path, NULL, error);
    if (status == WEFT_OK) {
        status = weft_data_find(chosen, folder, error);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = weft_images_read(folder, (enum weft_split)i, &works[i].images, NULL, error);
        status =
            status == WEFT_OK ? cli_setup_check(model->network, &works[i].images, error) : status;
    }
    if (status == WEFT_OK) {
        status =
            cli_setup_device(options, model->network, CLI_RUNNING_BATCH, true, &backend, error);
    }
    if (status == WEFT_OK) {
        status = cli_setup_write_model(backend, model, false, error);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = evaluate(&works[i], backend, error);
    }
    weft_backend_close(backend);
    weft_model_destroy(model);
    return status;
}

/* How many of a sorted list are among the first ${most} of their cell; with ${keep} they move to its front. */
static size_t cut(struct page_picture *pictures, size_t count, size_t most, bool keep) {
    size_t kept = 0, in_cell = 0;
    struct page_picture before = {0};
    for (size_t i = 0; i < count; i++) {
        struct page_picture picture = pictures[i];
        bool same = i > 0 && picture.truth == before.truth && picture.predicted == before.predicted;
        in_cell = same ? in_cell + 1 : 1;
        before = picture;
        if (in_cell <= most) {
            if (keep) {
                pictures[kept] = picture;
            }
            kept++;
        }
    }
    return kept;
}

/* How many images fit beside the cells themselves. */
static size_t image_limit(const struct page *page) {
    size_t bytes = 0, room;
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        const struct weft_evaluation *evaluation =
            &page->runs[i / WEFT_SPLIT_COUNT].evaluations[i % WEFT_SPLIT_COUNT];
        for (size_t k = 0; k < evaluation->classes * evaluation->classes; k++) {
            bytes += evaluation->confusion[k] == 0 ? ZERO_BYTES : CELL_BYTES;
        }
    }
    room = bytes < PAGE_BYTES ? PAGE_BYTES - bytes : 0;
    return room / IMAGE_BYTES < IMAGES_MAX ? room / IMAGE_BYTES : IMAGES_MAX;
}

/* As many of each cell as the limit allows. */
static void choose(struct page *page) {
    size_t limit = image_limit(page), most = CELL_MAX, total = limit + 1;
    for (; most > 0 && total > limit; most -= total > limit) {
        total = 0;
        for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
            const struct page_run *run = &page->runs[i / WEFT_SPLIT_COUNT];
            total += cut(run->pictures[i % WEFT_SPLIT_COUNT],
                         run->picture_count[i % WEFT_SPLIT_COUNT], most, false);
        }
    }
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        struct page_run *run = &page->runs[i / WEFT_SPLIT_COUNT];
        size_t *count = &run->picture_count[i % WEFT_SPLIT_COUNT];
        *count = cut(run->pictures[i % WEFT_SPLIT_COUNT], *count, most, true);
    }
}

/* Puts the chosen images of one run's split into the sprite, from place ${next} on. */
static void paint(const struct page *page, struct work *work, uint8_t *sprite, size_t *next) {
    struct page_run *run = work->run;
    for (size_t i = 0; i < run->picture_count[work->split]; i++) {
        struct page_picture *picture = &run->pictures[work->split][i];
        size_t place = (*next)++;
        const uint8_t *from = work->images.pixels + picture->index * page->height * page->width;
        uint8_t *to =
            sprite + (place / COLUMNS * page->height * COLUMNS + place % COLUMNS) * page->width;
        picture->sprite = (uint32_t)place;
        for (size_t y = 0; y < page->height; y++) {
            memcpy(to + y * COLUMNS * page->width, from + y * page->width, page->width);
        }
    }
}

/* Images of other sizes than the first run's can not be in the same sprite: they are left away. */
static void take_size(struct page *page, struct work *works) {
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        struct work *work = &works[i];
        if (work->run->picture_count[work->split] > 0 && page->width == 0) {
            page->width = work->images.width;
            page->height = work->images.height;
        }
        if (work->images.width != page->width || work->images.height != page->height) {
            work->run->picture_count[work->split] = 0;
        }
    }
}

static enum weft_status make_sprite(struct page *page, struct work *works,
                                    struct weft_error *error) {
    size_t total = 0, next = 0, rows;
    uint8_t *sprite;
    enum weft_status status;
    page->columns = COLUMNS;
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        total += works[i].run->picture_count[works[i].split];
    }
    if (total == 0) {
        return WEFT_OK;
    }
    rows = (total + COLUMNS - 1) / COLUMNS;
    sprite = calloc(rows * COLUMNS, page->height * page->width);
    if (sprite == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu images", total);
    }
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        paint(page, &works[i], sprite, &next);
    }
    status = report_png_encode(sprite, COLUMNS * page->width, rows * page->height, &page->sprite,
                               &page->sprite_size, error);
    free(sprite);
    return status;
}

enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error) {
    struct work *works = calloc(page->run_count, WEFT_SPLIT_COUNT * sizeof *works);
    enum weft_status status = WEFT_OK;
    if (works == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the images of a report");
    }
    for (size_t i = 0; i < page->run_count && status == WEFT_OK; i++) {
        struct weft_error here = {0};
        for (size_t k = 0; k < WEFT_SPLIT_COUNT; k++) {
            works[2 * i + k] = (struct work){.run = &page->runs[i], .split = (enum weft_split)k};
        }
        status = look_at(options, data[i], &works[2 * i], &here);
        if (status == WEFT_BAD_FILE || status == WEFT_BAD_DEVICE) {
            cli_message_always("%s: no images behind its cells: %s", page->runs[i].name,
                               here.message);
            status = WEFT_OK;
        } else if (status != WEFT_OK) {
            *error = here;
        }
    }
    if (status == WEFT_OK) {
        take_size(page, works);
        choose(page);
        status = make_sprite(page, works, error);
    }
    for (size_t i = 0; i < page->run_count * WEFT_SPLIT_COUNT; i++) {
        weft_images_finish(&works[i].images);
    }
    free(works);
    return status;
}

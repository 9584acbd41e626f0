/* evaluate.c: a confusion matrix from passes over a split. */
#include "weft/train.h"

#include <stdlib.h>
#include <string.h>

/* Counts one pass: images ${first} .. ${first} + ${count} - 1. */
static void count_pass(struct weft_evaluation *evaluation, const struct weft_images *images,
                       size_t first, size_t count, const uint32_t *predictions,
                       const float *losses) {
    for (size_t i = 0; i < count; i++) {
        size_t label = images->labels[first + i], prediction = predictions[i];
        evaluation->confusion[label * evaluation->classes + prediction]++;
        evaluation->correct += prediction == label;
        evaluation->loss += (double)losses[i];
    }
}

static enum weft_status tell(const struct weft_evaluation_options *options, size_t done,
                             size_t images, struct weft_error *error) {
    if (options->progress == NULL || options->progress(options->context, done, images)) {
        return WEFT_OK;
    }
    return weft_fail(error, WEFT_INTERRUPTED, "evaluation: interrupted after %zu of %zu images",
                     done, images);
}

static enum weft_status run_passes(struct weft_backend *backend, const struct weft_images *images,
                                   const struct weft_evaluation_options *options,
                                   struct weft_evaluation *evaluation, struct weft_error *error) {
    size_t batch = options->batch < images->count ? options->batch : images->count;
    uint32_t *predictions = malloc(batch * sizeof *predictions);
    float *losses = malloc(batch * sizeof *losses);
    enum weft_status status = WEFT_OK;
    if (predictions == NULL || losses == NULL) {
        free(predictions);
        free(losses);
        return weft_fail(error, WEFT_FAILED, "evaluation: no memory");
    }
    for (size_t first = 0; status == WEFT_OK && first < images->count; first += batch) {
        size_t left = images->count - first;
        struct weft_pass pass = {
            .split = options->split,
            .statistics = options->statistics,
            .first = first,
            .count = left < batch ? left : batch,
            .logits = evaluation->logits != NULL ? evaluation->logits + first * evaluation->classes
                                                 : NULL,
            .losses = losses,
            .predictions = predictions,
        };
        status = weft_backend_evaluate(backend, &pass, error);
        if (status == WEFT_OK) {
            count_pass(evaluation, images, first, pass.count, predictions, losses);
            status = tell(options, first + pass.count, images->count, error);
        }
    }
    free(predictions);
    free(losses);
    return status;
}

enum weft_status weft_evaluate(struct weft_backend *backend, const struct weft_images *images,
                               const struct weft_evaluation_options *options, bool want_logits,
                               struct weft_evaluation *evaluation, struct weft_error *error) {
    size_t classes = weft_shape_size(weft_network_output(weft_backend_network(backend)));
    enum weft_status status;
    *evaluation = (struct weft_evaluation){.images = images->count, .classes = classes};
    if (options->batch == 0 || images->count == 0) {
        return weft_fail(error, WEFT_USAGE, "evaluation: %zu images in batches of %zu",
                         images->count, options->batch);
    }
    evaluation->confusion = calloc(classes * classes, sizeof *evaluation->confusion);
    if (want_logits) {
        evaluation->logits = calloc(images->count, classes * sizeof *evaluation->logits);
    }
    if (evaluation->confusion == NULL || (want_logits && evaluation->logits == NULL)) {
        weft_evaluation_finish(evaluation);
        return weft_fail(error, WEFT_FAILED, "evaluation: no memory");
    }
    status = run_passes(backend, images, options, evaluation, error);
    if (status != WEFT_OK) {
        weft_evaluation_finish(evaluation);
        return status;
    }
    evaluation->accuracy = (double)evaluation->correct / (double)evaluation->images;
    evaluation->loss /= (double)evaluation->images;
    return WEFT_OK;
}

void weft_evaluation_finish(struct weft_evaluation *evaluation) {
    free(evaluation->confusion);
    free(evaluation->logits);
    *evaluation = (struct weft_evaluation){0};
}

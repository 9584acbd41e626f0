/* evaluate.c: a confusion matrix from forward passes over a set of images. */
#include "train/flips.h"
#include "train/train_model.h"

#include <stdlib.h>
#include <string.h>

#include "backend/inspect.h"
#include "base/least.h"
#include "base/try.h"
#include "os/host.h"

/* Adds the results of ${pass}: of images with these ${labels}. */
static void count_pass(struct evaluation *evaluation, const uint16_t *labels,
                       const struct evaluation_pass *pass, uint64_t *confusion) {
    for (size_t i = 0; i < pass->count; i++) {
        size_t label = labels[i], prediction = pass->predictions[i];
        if (confusion != NULL) {
            confusion[label * evaluation->classes + prediction]++;
        }
        evaluation->correct += prediction == label;
        evaluation->loss += (double)pass->losses[i];
    }
}

static enum weft_status interrupted(size_t done, size_t images, struct weft_error *error) {
    if (error != NULL) {
        *error = (struct weft_error){0}; /* the pass does not know how many were before it */
    }
    return error_set(error, WEFT_INTERRUPTED, "evaluation: interrupted after %zu of %zu images",
                     done, images);
}

static enum weft_status report_progress(const struct evaluation_options *options, size_t done,
                                        size_t images, struct weft_error *error) {
    return options->progress == NULL || options->progress(options->context, done, images)
               ? WEFT_OK
               : interrupted(done, images, error);
}

/* The operations of a pass, which waits for the device once: some milliseconds of a fast device. */
#define PASS_FLOP (UINT64_C(1) << 33)

/* Returns the most images of a pass: a batch, or several if no image depends on the others. */
static size_t most_images(struct backend *backend, const struct evaluation_options *options) {
    const struct network_needs needs =
        network_needs_of(backend_network(backend), options->batch, true);
    const bool alone = options->statistics == WEFT_STATISTICS_RUNNING && options->logits == NULL &&
                       !options->average_flips;
    return alone && needs.flop > 0 && needs.flop < PASS_FLOP
               ? (size_t)(PASS_FLOP / needs.flop) * options->batch
               : options->batch;
}

/* Evaluates the images, of which ${evaluation} has the number. */
static enum weft_status run_passes(struct backend *backend, const uint16_t *labels,
                                   const struct evaluation_options *options,
                                   struct evaluation *evaluation, struct weft_error *error) {
    const size_t images = evaluation->images;
    const size_t allowed = most_images(backend, options),
                 most = allowed < images ? allowed : images;
    uint32_t *predictions = malloc(most * sizeof *predictions);
    float *losses = malloc(most * sizeof *losses), *logits = options->logits;
    struct flips flips = {.classes = 0};
    enum weft_status status = WEFT_OK;
    if (predictions == NULL || losses == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "evaluation: no memory");
        goto done;
    }
    if (options->average_flips) {
        TRY_OR(done, flips_init(&flips, most, evaluation->classes, error));
    }
    for (size_t first = 0, count; first < images; first += count) {
        const size_t fits = least(most, backend_pass_size(backend, options->batch));
        const double start = os_seconds();
        struct evaluation_pass pass = {
            .set = options->set,
            .statistics = options->statistics,
            .first = options->first + first,
            .count = count = least(images - first, fits),
            .logits = logits != NULL ? logits + first * evaluation->classes : NULL,
            .losses = losses,
            .predictions = predictions,
        };
        status = options->average_flips
                     ? flips_evaluate(backend, &flips, &pass, labels + pass.first, error)
                     : backend_evaluate(backend, &pass, error);
        if (status == WEFT_INTERRUPTED) {
            interrupted(first, images, error);
        }
        TRY_OR(done, status);
        backend_pass_took(backend, count, os_seconds() - start);
        count_pass(evaluation, labels + pass.first, &pass, options->confusion);
        TRY_OR(done, report_progress(options, first + pass.count, images, error));
    }
done:
    if (images > options->batch) {
        backend_forget_tensors(backend);
    }
    flips_finish(&flips);
    free(predictions);
    free(losses);
    return status;
}

enum weft_status evaluate_images(struct backend *backend, const struct evaluation_options *options,
                                 struct evaluation *evaluation, struct weft_error *error) {
    size_t classes = shape_size(network_output(backend_network(backend))), images;
    const uint16_t *labels = backend_labels(backend, options->set, &images);
    images = options->count != 0 ? options->count : images - options->first;
    *evaluation = (struct evaluation){.images = images, .classes = classes};
    if (options->batch == 0 || images == 0) {
        return error_set(error, WEFT_USAGE, "evaluation: %zu images in batches of %zu", images,
                         options->batch);
    }
    if (options->confusion != NULL) {
        memset(options->confusion, 0, classes * classes * sizeof *options->confusion);
    }
    TRY(run_passes(backend, labels, options, evaluation, error));
    evaluation->accuracy = (double)evaluation->correct / (double)evaluation->images;
    evaluation->loss /= (double)evaluation->images;
    return WEFT_OK;
}

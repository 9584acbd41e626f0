/* flips.c: the logits of images and of their mirror images, averaged. */
#include "train/flips.h"

#include "backend/softmax.h"
#include "base/try.h"

#include <stdlib.h>

enum weft_status flips_init(struct flips *flips, size_t images, size_t classes,
                            struct weft_error *error) {
    *flips = (struct flips){
        .classes = classes,
        .logits = calloc(images, classes * sizeof *flips->logits),
        .mirrored = calloc(images, classes * sizeof *flips->mirrored),
        .changes = calloc(images, sizeof *flips->changes),
    };
    if (flips->logits == NULL || flips->mirrored == NULL || flips->changes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "evaluation: no memory");
    }
    for (size_t i = 0; i < images; i++) {
        flips->changes[i].flip = 1;
    }
    return WEFT_OK;
}

void flips_finish(struct flips *flips) {
    free(flips->logits);
    free(flips->mirrored);
    free(flips->changes);
    *flips = (struct flips){.classes = 0};
}

/* Averages the logits of image ${i} of ${pass}, and computes its results. */
static void average(const struct flips *flips, const struct evaluation_pass *pass, size_t i,
                    size_t label, float *logits) {
    const float *mirrored = flips->mirrored + i * flips->classes;
    size_t class;
    float largest;
    for (size_t k = 0; k < flips->classes; k++) {
        logits[k] = weft_clean(0.5f * (logits[k] + mirrored[k]));
    }
    class = softmax_class(logits, 1, flips->classes);
    largest = logits[class];
    if (pass->losses != NULL) {
        pass->losses[i] =
            softmax_loss(logits[label], largest, softmax_sum(logits, 1, flips->classes, largest));
    }
    if (pass->predictions != NULL) {
        pass->predictions[i] = (uint32_t) class;
    }
}

enum weft_status flips_evaluate(struct backend *backend, struct flips *flips,
                                const struct evaluation_pass *pass, const uint16_t *labels,
                                struct weft_error *error) {
    float *logits = pass->logits != NULL ? pass->logits : flips->logits;
    struct evaluation_pass half = *pass;
    half.losses = NULL;
    half.predictions = NULL;
    half.logits = logits;
    TRY(backend_evaluate(backend, &half, error));
    half.logits = flips->mirrored;
    half.changes = flips->changes;
    TRY(backend_evaluate(backend, &half, error));
    for (size_t i = 0; i < pass->count; i++) {
        average(flips, pass, i, labels[i], logits + i * flips->classes);
    }
    return WEFT_OK;
}

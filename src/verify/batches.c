/* batches.c: evaluates several batches at once. The host does not wait between them, and the
 * results of all of them are in one place. */
#include "verify/batches.h"

#include <stdio.h>
#include <stdlib.h>

#include "backend/ops.h"
#include "base/try.h"
#include "verify/tensors.h"

/* The results of an evaluation. */
struct results {
    float *losses;
    uint32_t *predictions;
};

/* Evaluates ${count} test images from ${first} on on ${backend}, ${most} at a time. */
static enum weft_status evaluate(struct backend *backend, size_t first, size_t count, size_t most,
                                 const struct results *results, struct weft_error *error) {
    for (size_t done = 0; done < count; done += most) {
        const struct evaluation_pass pass = {
            .set = WEFT_SPLIT_TEST,
            .statistics = WEFT_STATISTICS_RUNNING,
            .first = first + done,
            .count = count - done < most ? count - done : most,
            .losses = results->losses + done,
            .predictions = results->predictions + done,
        };
        TRY(backend_evaluate(backend, &pass, error));
    }
    return WEFT_OK;
}

enum weft_status verify_batches_compare(const struct trainer *trainer, struct backend *backend,
                                        struct backend *expected, size_t first, size_t count,
                                        struct verify_difference *found, struct weft_error *error) {
    struct results results[2];
    enum weft_status status = WEFT_OK;
    for (int i = 0; i < 2; i++) {
        results[i].losses = malloc(count * sizeof *results[i].losses);
        results[i].predictions = malloc(count * sizeof *results[i].predictions);
        if (results[i].losses == NULL || results[i].predictions == NULL) {
            status = error_set(error, WEFT_NO_MEMORY, "verify: no memory for results");
        }
    }
    TRY_OR(done, status);
    TRY_OR(done, evaluate(expected, first, count, trainer->batch, &results[1], error));
    TRY_OR(done, evaluate(backend, first, count, count, &results[0], error));
    verify_compare(found, "evaluation", "losses", "", results[0].losses, results[1].losses, count,
                   false);
    verify_compare(found, "evaluation", "predictions", "", results[0].predictions,
                   results[1].predictions, count, true);
done:
    for (int i = 0; i < 2; i++) {
        free(results[i].losses);
        free(results[i].predictions);
    }
    return status;
}

enum weft_status verify_batches(struct trainer *trainer, struct weft_error *error) {
    struct verify *verify = trainer->verify;
    struct verify_difference found = {.stage = VERIFY_STAGE_EVALUATION};
    if (verify->outcome->device.builtin) {
        return WEFT_OK;
    }
    verify_doing(verify, VERIFY_STAGE_EVALUATION, "several batches at once");
    TRY(verify_batches_compare(trainer, trainer->backend, trainer->backend, 0,
                               trainer->images[WEFT_SPLIT_TEST].count, &found, error));
    if (found.differing > 0) {
        snprintf(found.where, sizeof found.where, "several batches at once");
        verify_decide_way(verify, &found, "evaluation", "results", CAUSE_BATCHES);
    }
    return WEFT_OK;
}

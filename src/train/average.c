/* average.c: the mean of the values after the last epochs of a training. */
#include "train/average.h"

#include <stdlib.h>

#include "base/try.h"
#include "numerics.h"

/* ---- which epochs ---- */

struct average_window average_window_of(const struct training *training, size_t last) {
    const size_t epochs = training->recipe.average;
    return (struct average_window){.first = epochs < last ? last - epochs + 1 : 1,
                                   .last = epochs > 0 ? last : 0};
}

enum weft_status average_check(const struct training *training, const struct average_window *window,
                               struct weft_error *error) {
    const size_t made = training->start != NULL ? training->start->epochs : 0;
    const size_t before = made >= window->first ? made - window->first + 1 : 0;
    if (before == 0 || window->last <= made || before == training->average->epochs) {
        return WEFT_OK;
    }
    error_set(
        error, WEFT_USAGE,
        "recipe.average is %zu: epochs of these were made before: %zu, with another recipe or "
        "another number of epochs",
        training->recipe.average, before);
    return error_hint(error, "average at most %zu", window->last - made);
}

/* ---- parameters ---- */

void average_add(struct training_average *average, const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        average->sum[i] = average->epochs > 0 ? average->sum[i] + values[i] : values[i];
    }
    average->epochs++;
}

void average_mean(const struct training_average *average, float *values, size_t count) {
    const float epochs = (float)(average->epochs + 1);
    for (size_t i = 0; i < count; i++) {
        const float sum = average->epochs > 0 ? average->sum[i] + values[i] : values[i];
        values[i] = weft_clean(weft_div(sum, epochs));
    }
}

/* ---- running statistics ---- */

/* Adds the statistics of a pass to ${sums}. */
static enum weft_status add_pass(struct backend *backend, const struct evaluation_pass *pass,
                                 float *values, double *sums, struct weft_error *error) {
    TRY(backend_evaluate(backend, pass, error));
    TRY(backend_read(backend, ARRAY_BUFFERS, values, error));
    for (size_t i = 0; i < backend_network(backend)->buffer_count; i++) {
        sums[i] += (double)values[i];
    }
    return WEFT_OK;
}

enum weft_status average_statistics(struct backend *backend, size_t set, size_t images,
                                    size_t batch, float *buffers, struct weft_error *error) {
    const struct weft_network *network = backend_network(backend);
    float *values = malloc((network->buffer_count + 1) * sizeof *values);
    double *sums = calloc(network->buffer_count + 1, sizeof *sums);
    size_t passes = 0;
    enum weft_status status = WEFT_OK;
    if (values == NULL || sums == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "training: no memory");
        goto done;
    }
    for (size_t first = 0; first < images && network->buffer_count > 0; first += batch) {
        const struct evaluation_pass pass = {
            .set = set,
            .statistics = WEFT_STATISTICS_BATCH,
            .update = STATISTICS_REPLACE,
            .first = first,
            .count = images - first < batch ? images - first : batch,
        };
        status = add_pass(backend, &pass, values, sums, error);
        if (status == WEFT_INTERRUPTED) {
            error_context(error, "training: running statistics");
        }
        TRY_OR(done, status);
        passes++;
    }
    if (passes > 0) {
        for (size_t i = 0; i < network->buffer_count; i++) {
            buffers[i] = weft_clean((float)(sums[i] / (double)passes));
        }
        status = backend_write(backend, ARRAY_BUFFERS, buffers, error);
    }
done:
    free(values);
    free(sums);
    return status;
}

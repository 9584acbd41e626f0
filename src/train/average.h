/* average.h: the mean of the values after the last epochs of a training. */
#ifndef WEFT_TRAIN_AVERAGE_H
#define WEFT_TRAIN_AVERAGE_H

#include "backend/backend.h"
#include "data/training.h"

/* The epochs whose values are added. */
struct average_window {
    size_t first, last; /* from 1; first > last: none */
};

/* Returns the last recipe.average epochs of ${training}, which ends with ${last}, or all if there
 * are fewer. */
struct average_window average_window_of(const struct training *training, size_t last);

/* Fails with WEFT_USAGE if epochs of ${window} were made before ${training}, and
 * training->average is not the sum of them. */
enum weft_status average_check(const struct training *training, const struct average_window *window,
                               struct weft_error *error);

/* Adds ${count} ${values}, the parameters after an epoch, to ${average}. */
void average_add(struct training_average *average, const float *values, size_t count);

/* Replaces ${values}, the parameters after the last epoch, by the mean of these and of those in
 * ${average}: clean(sum / epochs). */
void average_mean(const struct training_average *average, float *values, size_t count);

/* Computes the running statistics of batch norm again, as PyTorch's update_bn, but without dropout:
 * for the parameters that ${backend} has, the mean over passes of ${batch} of the first ${images}
 * images of set ${set}, in their order, of the statistics of each, added in double, whatever the
 * momentum is. Stores them in ${buffers} and in ${backend}. */
enum weft_status average_statistics(struct backend *backend, size_t set, size_t images,
                                    size_t batch, float *buffers, struct weft_error *error);

#endif

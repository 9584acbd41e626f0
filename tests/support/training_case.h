/* training_case.h: a few steps of training and an evaluation, which must have the same bits at
 * every place. */
#ifndef TRAINING_CASE_H
#define TRAINING_CASE_H

#include "layer_places.h"
#include "layer_result.h"

struct training_case {
    const char *name;               /* for messages */
    const float *parameters;        /* initial values; Adam's moments start at 0 */
    const float *buffers;           /* NULL if there are none */
    const struct weft_images *data; /* for training and evaluation */
    const float *pixels;            /* 256: the value of each byte */
    size_t batch;                 /* of each step but the last of an epoch, which may be smaller */
    size_t epochs;                /* over all images, in file order */
    const struct update *updates; /* of each step, or NULL: adam_update at rate 0.01 */
    float label_smoothing;
    const float *class_weights; /* of each output, or NULL; the updates divide by their sums */
    struct {
        const char *tensor;
        size_t count;
        const float *values;
    } expected[12]; /* known results; ends with NULL */
};

/* Trains and evaluates on ${backend}, which is newly opened, and stores in ${result}:
 *   each parameter "conv1.weight", and the same with ".grad", ".moment" and ".second_moment"
 *   each buffer
 *   "loss", "correct": n is the step
 *   "logit.grad" of the last step: images x classes
 *   "running.logits", "running.losses", "running.predictions" of all images, and the same with
 *   "batch.", in one batch if the backend was opened for so many
 * On failure, reports the reason for ${what} and returns false. */
bool training_run(const struct training_case *training, struct backend *backend,
                  struct layer_result *result, const char *what);

/* Runs all ${count} cases with ${network} at each of the ${place_count} places, in order on one
 * open backend. Compares the results with those of the first place, where each case has its own
 * backend, and with the expected values of the cases. Fails the test at the end. */
void training_check(const struct weft_network *network, const struct training_case *cases,
                    size_t count, const struct layer_place *places, size_t place_count);

/* Trains ${network} from drawn values for six steps of 17 images or fewer, of drawn images, at all
 * places of large cases, fused. Compares as training_check, for which ${name} is in messages. */
void training_check_network(const struct weft_network *network, const char *name);

/* Trains and evaluates ${training} on the reference, opened for it alone, and stores the same in
 * ${result}. Ends the test on failure. */
void training_reference(const struct weft_network *network, const struct training_case *training,
                        struct layer_result *result);

/* Returns a network without parameters, whose ${classes} logits are the values of the pixels. */
struct weft_network *training_logits(size_t classes);

/* Makes a data set of ${count} images of 1 x ${width} bytes from 0 to 255 and labels below
 * ${classes}, drawn from ${seed}. Free with images_finish. */
void training_images(size_t count, size_t width, size_t classes, uint64_t seed,
                     struct weft_images *images);

#endif

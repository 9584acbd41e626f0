/* training_case.h: a few steps of training and an evaluation, with the same bits asked of every place. */
#ifndef TRAINING_CASE_H
#define TRAINING_CASE_H

#include "layer_places.h"
#include "layer_result.h"

struct training_case {
    const char *name;               /* for messages */
    const float *parameters;        /* what it starts from; Adam's moments start at 0 */
    const float *buffers;           /* or NULL without any */
    const struct weft_images *data; /* trained on, and then evaluated */
    const float *pixels;            /* 256: what bytes stand for */
    size_t batch;                   /* of each step; the last of an epoch takes what is left */
    size_t epochs;                  /* over all images, in file order */
    const struct weft_adam *adam;   /* of each step, or NULL: weft_adam_step at rate 0.01 */
    struct {
        const char *tensor;
        size_t count;
        const float *values;
    } expected[12]; /* what is known beforehand; ends with NULL */
};

/* Trains and evaluates on ${backend}, which holds nothing yet, and stores in ${result}:
 *   every parameter: "conv1.weight", and with ".grad", ".moment", ".second_moment" behind; every buffer
 *   "loss", "correct": n is the step
 *   "logit.grad": of the last step, images x classes
 *   "running.logits", "running.losses", "running.predictions", and "batch.": of all images, in one batch where the backend takes it
 * Returns false, and says why for ${what}, where something fails. */
bool training_run(const struct training_case *training, struct weft_backend *backend,
                  struct layer_result *result, const char *what);

/* Makes all ${count} cases with ${network} at each of the ${place_count} places, one after the other on one open backend, and compares with
 * the first place, where each case has a backend of its own, and with what the cases expect. Fails the test at the end. */
void training_check(const struct weft_network *network, const struct training_case *cases,
                    size_t count, const struct layer_place *places, size_t place_count);

/* Makes a data set of ${count} images of 1 x ${width} bytes from 0 to 255 and labels below ${classes}, drawn from ${seed}.
 * Free with weft_images_finish. */
void training_images(size_t count, size_t width, size_t classes, uint64_t seed,
                     struct weft_images *images);

#endif

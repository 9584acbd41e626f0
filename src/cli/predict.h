/* predict.h: the pieces of weft predict. */
#ifndef WEFT_CLI_PREDICT_H
#define WEFT_CLI_PREDICT_H

#include "cli/figures.h"

/* What is predicted, with what. All zero but options at the start. */
struct weft_prediction {
    const struct weft_options *options;
    struct weft_model *model;
    size_t classes, height, width; /* of the network */
    size_t count, unread;          /* images that were read, files that were not */
    uint8_t *pixels, *labels;      /* count x height x width; count */
    char **names;                  /* count: a path, or "test:17" */
    float *logits;                 /* count x classes */
};

/* predict_read.c: reads the model, and the images: the files after it or those of --index. A file that can not be read is told at
 * once and counted. The caller finishes ${job}, after a failure too. */
enum weft_status weft_predict_read(struct weft_prediction *job, struct weft_error *error);
void weft_predict_finish(struct weft_prediction *job);

#endif

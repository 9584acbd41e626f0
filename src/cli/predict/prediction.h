/* prediction.h: the state of weft predict. */
#ifndef WEFT_CLI_PREDICT_PREDICTION_H
#define WEFT_CLI_PREDICT_PREDICTION_H

#include "cli/options.h"
#include "weft/model.h"

struct cli_predict_options {
    struct cli_options common;
    const char *index, *out;
    uint64_t top;
    int split, invert, mirror, theme;
};

/* The images and what is computed of them. All zero but options at the start. */
struct cli_prediction {
    const struct cli_predict_options *options;
    struct weft_model *model;
    size_t classes, height, width; /* of the network */
    size_t count, unread;          /* images that were read, files that were not */
    size_t computed;               /* count, or 2 x count if mirrored images follow */
    uint8_t *pixels;               /* computed x height x width */
    uint8_t *labels;               /* computed */
    bool *exact;                   /* count: the file had the size of the input */
    bool *mirrored;                /* count: the mirrored image was chosen */
    char **names;                  /* count: a path, or "test:17" */
    float *logits;                 /* computed x classes; later probabilities */
};

#endif

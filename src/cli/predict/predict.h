/* predict.h: the state of weft predict, and how it is read. */
#ifndef WEFT_CLI_PREDICT_PREDICT_H
#define WEFT_CLI_PREDICT_PREDICT_H

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

/* Reads the model, and the image files or the images of --index. A file that cannot be read is
 * reported at once and counted. The caller calls cli_predict_finish, after a failure too. */
enum weft_status cli_predict_read(struct cli_prediction *state, struct weft_error *error);
void cli_predict_finish(struct cli_prediction *state);

#endif

/* predict.h: the pieces of weft predict. */
#ifndef WEFT_CLI_PREDICT_PREDICT_H
#define WEFT_CLI_PREDICT_PREDICT_H

#include "cli/figures.h"
#include "cli/options.h"

struct cli_predict_options {
    struct cli_options common;
    const char *index, *out;
    uint64_t top;
    int split, invert, mirror, theme;
};

/* What is predicted, with what. All zero but options at the start. */
struct cli_prediction {
    const struct cli_predict_options *options;
    struct weft_model *model;
    size_t classes, height, width; /* of the network */
    size_t count, unread;          /* images that were read, files that were not */
    size_t computed;               /* count, or twice that with mirrored ones behind */
    uint8_t *pixels;               /* computed x height x width */
    uint8_t *labels;               /* computed */
    uint8_t *exact;                /* count: 1 for a file that had the input's size */
    uint8_t *mirrored;             /* count: 1 where the mirrored image counts */
    char **names;                  /* count: a path, or "test:17" */
    float *logits;                 /* computed x classes; then probabilities */
};

/* read.c: reads the model, and the images: the files after it or those of --index. A file that can not be read is told at
 * once and counted. The caller finishes ${job}, after a failure too. */
enum weft_status cli_predict_read(struct cli_prediction *job, struct weft_error *error);
void cli_predict_finish(struct cli_prediction *job);

/* Which way a picture is to look. */
enum cli_mirror { CLI_MIRROR_AUTO, CLI_MIRROR_YES, CLI_MIRROR_NO };
extern const char *const cli_mirror_names[];

/* mirror.c: mirrors the images, or puts mirrored ones behind them, as the option says; job->computed is how many there are
 * then. */
void cli_predict_mirror(struct cli_prediction *job);

/* With probabilities in job->logits: where the mirrored one counts, it takes the place of the image and of its probabilities. */
void cli_predict_choose(struct cli_prediction *job);

#endif

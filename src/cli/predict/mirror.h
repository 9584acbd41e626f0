/* mirror.h: pictures of shoes that point to the right. */
#ifndef WEFT_CLI_PREDICT_MIRROR_H
#define WEFT_CLI_PREDICT_MIRROR_H

#include "cli/predict/prediction.h"

enum cli_mirror { CLI_MIRROR_AUTO, CLI_MIRROR_YES, CLI_MIRROR_NO };
extern const char *const cli_mirror_names[];

/* Mirrors the images, or adds mirrored images after them, as the option requires. Sets
 * state->computed to the number of images then. */
void cli_predict_mirror(struct cli_prediction *state);

/* With probabilities in state->logits: replaces an image and its probabilities by the mirrored ones
 * where these are better. */
void cli_predict_choose(struct cli_prediction *state);

#endif

/* mirror.c: pictures of shoes that point to the right.
 *
 * All shoes of Fashion-MNIST point to the left, so a network that was trained on them predicts
 * most shoes that point to the right as bags. A file is therefore predicted both as it is and
 * mirrored. The mirrored image is chosen if it is much more of a shoe. Other clothes look the same
 * both ways, and are not mirrored. */
#include <string.h>

#include "cli/predict/predict.h"

/* How much larger the probability of the three classes of shoes must be. On the 10,000 test
 * images, 0.1 mirrors 9 wrongly. If all shoes point to the right, 94 % of them are predicted
 * correctly, and 29 % without mirroring. */
#define MARGIN 0.1f

static void mirror_image(const struct cli_prediction *state, const uint8_t *from, uint8_t *to) {
    for (size_t y = 0; y < state->channels * state->height; y++) {
        for (size_t x = 0; x < state->width; x++) {
            to[y * state->width + x] = from[y * state->width + state->width - 1 - x];
        }
    }
}

void cli_predict_mirror(struct cli_prediction *state) {
    bool both = state->options->mirror == CLI_MIRROR_AUTO && state->options->index == NULL &&
                state->photo && state->published;
    size_t area = state->channels * state->height * state->width;
    uint8_t *mirrored = state->pixels + state->count * area;
    state->computed = both ? 2 * state->count : state->count;
    if (!both && state->options->mirror != CLI_MIRROR_YES) {
        return;
    }
    for (size_t i = 0; i < state->count; i++) {
        mirror_image(state, state->pixels + i * area, mirrored + i * area);
    }
    if (!both) {
        memcpy(state->pixels, mirrored, state->count * area);
        memset(state->mirrored, true, state->count * sizeof *state->mirrored);
    }
}

static float shoe_probability(const float *probabilities) {
    return probabilities[5] + probabilities[7] + probabilities[9]; /* Sandal, Sneaker, Ankle boot */
}

void cli_predict_mirror_choose(struct cli_prediction *state) {
    size_t area = state->channels * state->height * state->width;
    for (size_t i = 0; i < state->count && state->computed > state->count; i++) {
        float *own = state->logits + i * state->classes;
        const float *other = state->logits + (state->count + i) * state->classes;
        if (!state->exact[i] && shoe_probability(other) > shoe_probability(own) + MARGIN) {
            memcpy(own, other, state->classes * sizeof *own);
            memcpy(state->pixels + i * area, state->pixels + (state->count + i) * area, area);
            state->mirrored[i] = true;
        }
    }
}

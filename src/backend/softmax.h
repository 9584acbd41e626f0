/* softmax.h: the parts of softmax cross entropy of one image, with the bits of every backend. Its
 * ${classes} logits are ${stride} floats apart; with m the largest of them and s the sum, the loss
 * of class k is d[k] = log(s) - (logit[k] - m). */
#ifndef WEFT_BACKEND_SOFTMAX_H
#define WEFT_BACKEND_SOFTMAX_H

#include "numerics.h"

#include <stddef.h>

/* Returns the first class with the largest logit. */
static inline size_t softmax_class(const float *logits, size_t stride, size_t classes) {
    size_t found = 0;
    for (size_t k = 1; k < classes; k++) {
        found = logits[k * stride] > logits[found * stride] ? k : found;
    }
    return found;
}

/* Returns s = e[0] + e[1] + ..., e[k] = exp(logit[k] - m). */
static inline float softmax_sum(const float *logits, size_t stride, size_t classes, float m) {
    float sum = 0.0f;
    for (size_t k = 0; k < classes; k++) {
        sum += weft_clean(weft_exp(logits[k * stride] - m));
    }
    return sum;
}

/* Returns d[k] of ${logit}. */
static inline float softmax_loss(float logit, float m, float s) {
    return weft_clean(weft_log(s) - (logit - m));
}

#endif

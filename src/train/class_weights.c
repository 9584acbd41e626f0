/* class_weights.c: weights of classes by the number of their images. */
#include "train/class_weights.h"

#include <stdlib.h>

enum weft_status class_weights_balanced(const uint16_t *labels, size_t images, size_t classes,
                                        float *weights, struct weft_error *error) {
    size_t *counts = calloc(classes, sizeof *counts), present = 0;
    if (counts == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "training: no memory for %zu classes", classes);
    }
    for (size_t i = 0; i < images; i++) {
        present += counts[labels[i]]++ == 0;
    }
    for (size_t k = 0; k < classes; k++) {
        const double share = (double)present * (double)counts[k];
        weights[k] = counts[k] > 0 ? (float)((double)images / share) : 0.0f;
    }
    free(counts);
    return WEFT_OK;
}

float class_weights_sum(const float *weights, const uint16_t *labels, const uint32_t *order,
                        size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)weights[labels[order[i]]];
    }
    return (float)sum;
}

/* class_weights.h: weights of classes by the number of their images. */
#ifndef WEFT_TRAIN_CLASS_WEIGHTS_H
#define WEFT_TRAIN_CLASS_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Stores the balanced weights of ${classes} classes of ${images} images with these ${labels} in
 * ${weights}: images / (classes that have images x images of the class), or 0 for a class without
 * images. Fails with WEFT_NO_MEMORY. */
enum weft_status class_weights_balanced(const uint16_t *labels, size_t images, size_t classes,
                                        float *weights, struct weft_error *error);

/* Returns the sum of the weights of the ${count} images ${order}: in double, in this order, then
 * rounded. */
float class_weights_sum(const float *weights, const uint16_t *labels, const uint32_t *order,
                        size_t count);

#endif

/* loss_targets.h: the targets of the loss of a training step, from the smoothing of labels and the
 * weights of classes. */
#ifndef WEFT_BACKEND_LOSS_TARGETS_H
#define WEFT_BACKEND_LOSS_TARGETS_H

#include <stddef.h>

/* The numbers of a class. */
enum loss_target {
    LOSS_TARGET_OTHER, /* its target for an image of another class */
    LOSS_TARGET_LABEL, /* its target for an image of this class */
    LOSS_TARGET_TOTAL, /* the sum of the targets of an image of this class */
    LOSS_TARGET_COUNT
};

/* Stores the numbers of ${classes} classes in ${targets}: number t of class k is
 * targets[t classes + k]. With e = ${label_smoothing}, K classes, and w = ${class_weights}, or 1 if
 * that is NULL:
 *
 *   other[k] = (e / K) w[k],  label[k] = (1 - e) w[k] + other[k],
 *   total[k] = (1 - e) w[k] + (other[0] + other[1] + ...)
 *
 * in double, then rounded to float and cleaned. Without smoothing and weights they are exactly 0, 1
 * and 1, with which the loss is plain cross entropy, bit for bit. */
void loss_targets(size_t classes, float label_smoothing, const float *class_weights,
                  float *targets);

#endif

/* loss_targets.c: the targets of PyTorch's CrossEntropyLoss(weight, label_smoothing). */
#include "backend/loss_targets.h"
#include "numerics.h"

void loss_targets(size_t classes, float label_smoothing, const float *class_weights,
                  float *targets) {
    const double kept = 1.0 - (double)label_smoothing;
    const double share = (double)label_smoothing / (double)classes;
    double shared = 0.0;
    for (size_t k = 0; k < classes; k++) {
        shared += share * (class_weights != NULL ? (double)class_weights[k] : 1.0);
    }
    for (size_t k = 0; k < classes; k++) {
        const double weight = class_weights != NULL ? (double)class_weights[k] : 1.0;
        const double own = kept * weight, other = share * weight;
        targets[LOSS_TARGET_OTHER * classes + k] = weft_clean((float)other);
        targets[LOSS_TARGET_LABEL * classes + k] = weft_clean((float)(own + other));
        targets[LOSS_TARGET_TOTAL * classes + k] = weft_clean((float)(own + shared));
    }
}

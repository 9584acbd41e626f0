/* relu.c: output = input > 0 ? input : 0. */
#include "backend/cpu/elementwise.h"

static float value(const struct network_layer *layer, float x) {
    (void)layer;
    return x > 0.0f ? x : 0.0f;
}

static float gradient(const struct network_layer *layer, float x, float d) {
    (void)layer;
    return x > 0.0f ? d : 0.0f;
}

CPU_ELEMENTWISE(relu)

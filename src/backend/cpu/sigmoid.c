/* sigmoid.c: output = y = 1 / (1 + e^-input); dinput = y (1 - y) doutput. */
#include "backend/cpu/elementwise.h"

static float value(const struct network_layer *layer, float x) {
    (void)layer;
    return weft_clean(weft_sigmoid(x));
}

static float gradient(const struct network_layer *layer, float y, float d) {
    (void)layer;
    return weft_clean(weft_clean(y * (1.0f - y)) * d);
}

CPU_ELEMENTWISE_OF_OUTPUT(sigmoid)

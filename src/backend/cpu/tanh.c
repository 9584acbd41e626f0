/* tanh.c: output = y = tanh(input); dinput = (1 - y^2) doutput. */
#include "backend/cpu/elementwise.h"

static float value(const struct network_layer *layer, float x) {
    (void)layer;
    return weft_tanh(x);
}

static float gradient(const struct network_layer *layer, float y, float d) {
    (void)layer;
    return weft_clean(fmaf(-y, y, 1.0f) * d);
}

CPU_ELEMENTWISE_OF_OUTPUT(tanh)

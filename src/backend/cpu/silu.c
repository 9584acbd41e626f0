/* silu.c: output = x s with s = sigmoid(x); dinput = s (1 + x (1 - s)) doutput. */
#include "backend/cpu/elementwise.h"

static float value(const struct network_layer *layer, float x) {
    (void)layer;
    return weft_clean(x * weft_sigmoid(x));
}

static float gradient(const struct network_layer *layer, float x, float d) {
    const float s = weft_sigmoid(x);
    (void)layer;
    return weft_clean(weft_clean(s * fmaf(x, 1.0f - s, 1.0f)) * d);
}

CPU_ELEMENTWISE(silu)

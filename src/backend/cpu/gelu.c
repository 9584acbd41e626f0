/* gelu.c: output = x s with s = sigmoid(x (A + B x^2)), A = 2 sqrt(2 / pi) and B = 0.044715 A;
 * dinput = (s + s (1 - s) x (A + 3 B x^2)) doutput. */
#include "backend/cpu/elementwise.h"

#define A       0x1.988454p+0f
#define B       0x1.2444f2p-4f
#define THREE_B 0x1.b6676cp-3f

/* x^2, but at most 2^8: s is 0 or 1 from there on, and nothing overflows. */
static float square(float x) {
    return x * x > 0x1p+8f ? 0x1p+8f : x * x;
}

static float sigmoid(float x) {
    return weft_sigmoid(x * fmaf(B, square(x), A));
}

static float value(const struct network_layer *layer, float x) {
    (void)layer;
    return weft_clean(x * sigmoid(x));
}

static float gradient(const struct network_layer *layer, float x, float d) {
    const float s = sigmoid(x), product = s * (1.0f - s) * x;
    (void)layer;
    return weft_clean(weft_clean(fmaf(product, fmaf(THREE_B, square(x), A), s)) * d);
}

CPU_ELEMENTWISE(gelu)

/* host.c: a processor that rounds otherwise, or computes with more digits, can not say what is right. */
#include "verify/verify.h"

#include <float.h>
#include <math.h>

#include "numerics.h"

/* Through volatile variables, so that they are computed when the program runs, as it is set up then. */
static float product(volatile float a, volatile float b) {
    volatile float result = a * b;
    return result;
}

static float sum(volatile float a, volatile float b) {
    volatile float result = a + b;
    return result;
}

enum weft_status verify_host(struct weft_error *error) {
    static const struct {
        float a, b, c, result;
    } fused[] = {
        {0x1.000002p0f, 0x1.000002p0f, -0x1.000004p0f, 0x1p-46f},
        {0x1.fffffep0f, 0x1.fffffep0f, -0x1.fffffcp1f, 0x1p-46f},
        {0x1.000002p0f, 0x1.fffffep-1f, -1.0f, 0x1.fffffcp-25f},
        {0x1p-12f, 0x1p-12f, 1.0f, 1.0f},
        {0x1.000002p-12f, 0x1p-12f, 1.0f, 0x1.000002p0f},
        /* Just below the middle of two floats; the middle itself in double and in long double, which then rounds up. */
        {0x1.000002p-12f, 0x1.fffffcp-13f, 0x1.000002p0f, 0x1.000002p0f},
    };
    /* Halves go to the even neighbour, up and down, of both signs. */
    if (sum(1.0f, 0x1p-24f) != 1.0f || sum(0x1.000002p0f, 0x1p-24f) != 0x1.000004p0f ||
        sum(-1.0f, -0x1p-24f) != -1.0f || sum(1.0f, 0x1.000002p-24f) != 0x1.000002p0f ||
        product(0x1.000002p0f, 0x1.8p0f) != 0x1.800004p0f) {
        return weft_fail(error, WEFT_NO_VERDICT,
                         "the CPU backend: this processor does not round to the nearest even");
    }
    if (FLT_EVAL_METHOD != 0 ||
        sum(product(0x1.000002p0f, 0x1.000002p0f), -0x1.000004p0f) != 0.0f) {
        return weft_fail(error, WEFT_NO_VERDICT,
                         "the CPU backend: float32 is computed with more digits than it has");
    }
    for (size_t i = 0; i < sizeof fused / sizeof fused[0]; i++) {
        volatile float a = fused[i].a, b = fused[i].b, c = fused[i].c;
        volatile float result = fmaf(a, b, c);
        if (result != fused[i].result) {
            return weft_fail(error, WEFT_NO_VERDICT,
                             "the CPU backend: fmaf(%a, %a, %a) gives %a here, not %a",
                             (double)fused[i].a, (double)fused[i].b, (double)fused[i].c,
                             (double)result, (double)fused[i].result);
        }
    }
    return WEFT_OK;
}

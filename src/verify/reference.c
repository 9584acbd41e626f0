/* reference.c: the CPU backend as the reference: whether this host computes correctly, and results
 * that are known. */
#include "verify/reference.h"

#include <float.h>
#include <math.h>

#include "numerics.h"

/* Volatile variables, so that these are computed at run time, with the rounding mode of that
 * moment. */
static float product(volatile float a, volatile float b) {
    volatile float result = a * b;
    return result;
}

static float sum(volatile float a, volatile float b) {
    volatile float result = a + b;
    return result;
}

enum weft_status verify_reference_check(struct weft_error *error) {
    static const struct {
        float a, b, c, result;
    } fused[] = {
        {0x1.000002p0f, 0x1.000002p0f, -0x1.000004p0f, 0x1p-46f},
        {0x1.fffffep0f, 0x1.fffffep0f, -0x1.fffffcp1f, 0x1p-46f},
        {0x1.000002p0f, 0x1.fffffep-1f, -1.0f, 0x1.fffffcp-25f},
        {0x1p-12f, 0x1p-12f, 1.0f, 1.0f},
        {0x1.000002p-12f, 0x1p-12f, 1.0f, 0x1.000002p0f},
        /* Just below the middle of two floats. In double and long double it is the middle itself,
         * which rounds up. */
        {0x1.000002p-12f, 0x1.fffffcp-13f, 0x1.000002p0f, 0x1.000002p0f},
    };
    /* Ties round to the even neighbour, up and down, for both signs. */
    if (sum(1.0f, 0x1p-24f) != 1.0f || sum(0x1.000002p0f, 0x1p-24f) != 0x1.000004p0f ||
        sum(-1.0f, -0x1p-24f) != -1.0f || sum(1.0f, 0x1.000002p-24f) != 0x1.000002p0f ||
        product(0x1.000002p0f, 0x1.8p0f) != 0x1.800004p0f) {
        return error_set(error, WEFT_NO_VERDICT,
                         "the CPU backend: this processor does not round to the nearest even");
    }
    if (FLT_EVAL_METHOD != 0 ||
        sum(product(0x1.000002p0f, 0x1.000002p0f), -0x1.000004p0f) != 0.0f) {
        return error_set(error, WEFT_NO_VERDICT,
                         "the CPU backend: float32 is computed with more digits than it has");
    }
    for (size_t i = 0; i < sizeof fused / sizeof fused[0]; i++) {
        volatile float a = fused[i].a, b = fused[i].b, c = fused[i].c;
        volatile float result = fmaf(a, b, c);
        if (result != fused[i].result) {
            return error_set(error, WEFT_NO_VERDICT,
                             "the CPU backend: fmaf(%a, %a, %a) gives %a here, not %a",
                             (double)fused[i].a, (double)fused[i].b, (double)fused[i].c,
                             (double)result, (double)fused[i].result);
        }
    }
    return WEFT_OK;
}

struct verify_setup verify_reference_setup(const struct verify *verify, size_t batch) {
    unsigned threads = verify->outcome->device.builtin ? 1 : verify->options->device.threads;
    return (struct verify_setup){
        .options = {.device = "cpu", .batch = batch, .threads = threads, .watch = verify->asked}};
}

/* The test of verification computes them again; a new contract needs new ones. */
static const struct verify_known known[] = {
    {false, 0, 20, "2836a77fcdaf7c80aaac0e22954c595bb5aa5215856e1bb9a318713d61844605",
     "649b602b84b0a77f5f104e7f4a4c711d66ab549834727494a84bb74ebd2b8f2e"},
    {true, 0, 600, "5b6594f3731f994d9f212c4380a3fba3cb9cc280f4f7ea65a5fd0d21aa0e62e3",
     "8013a896d7a9ac76d7447e3722595498d4c56d2896fad9fec432327d01bbe12e"},
};

const struct verify_known *verify_known_find(bool full, uint64_t seed, uint64_t steps) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].full == full && known[i].seed == seed && known[i].steps == steps) {
            return &known[i];
        }
    }
    return NULL;
}

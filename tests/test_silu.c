/* test_silu.c: output = input x sigmoid(input). */
#include "check_weft.h"
#include "layer_function.h"

#include <math.h>

static double value(double x) {
    return x / (1 + exp(-x));
}

static double slope(double x) {
    const double s = 1 / (1 + exp(-x));
    return s * (1 + x * (1 - s));
}

/* 1/2 is the slope at 0. Half of 2^-35 is 2^-36, and half of 2^-36 is 0. */
static const float inputs[] = {0,      -0.0f,    100,      -100,       1e30f,
                               -1e30f, 0x1p-35f, 0x1p-36f, -0x1p-149f, -0x1p-35f};
static const float doutputs[] = {1, 2, 3, 4, 5, 6, 8, 0x1p-35f, 0x1p-36f, -8};
static const float outputs[] = {0, 0, 100, 0, 1e30f, 0, 0x1p-36f, 0, 0, -0x1p-36f};
static const float dinputs[] = {0.5f, 1, 3, 0, 5, 0, 4, 0x1p-36f, 0, -4};

static const struct layer_function function = {
    .kind = "silu",
    .arguments = "",
    .value = value,
    .slope = slope,
    .tolerance = 1e-6,
    .pytorch = 5e-7,
    .count = 10,
    .inputs = inputs,
    .doutputs = doutputs,
    .outputs = outputs,
    .dinputs = dinputs,
};

static void add_tests(TCase *tests) {
    layer_function_tests(tests, &function);
}
CHECK_MAIN("silu", add_tests)

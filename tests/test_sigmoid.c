/* test_sigmoid.c: output = 1 / (1 + e^-input). */
#include "check_weft.h"
#include "layer_function.h"

#include <math.h>

static double value(double x) {
    return 1 / (1 + exp(-x));
}

static double slope(double x) {
    return value(x) * value(-x);
}

/* 1/2 and 1/4 at 0. e^-26 is 0, since it is below 2^-36, and so is the gradient there. */
static const float inputs[] = {0, -0.0f, 100, -100, 1e30f, -1e30f, 0x1p-36f, 0x1p-149f, -26, 16};
static const float doutputs[] = {1, 2, 3, 4, 5, 6, -8, 0x1p-34f, 9, -1};
static const float outputs[] = {0.5f, 0.5f, 1, 0, 1, 0, 0.5f, 0.5f, 0, 1 - 0x1p-23f};
static const float dinputs[] = {0.25f, 0.5f, 0, 0, 0, 0, -2, 0x1p-36f, 0, -0x1.fffffcp-24f};

static const struct layer_function function = {
    .kind = "sigmoid",
    .arguments = "",
    .value = value,
    .slope = slope,
    .tolerance = 5e-7,
    .pytorch = 2e-7,
    .count = 10,
    .inputs = inputs,
    .doutputs = doutputs,
    .outputs = outputs,
    .dinputs = dinputs,
};

static void add_tests(TCase *tests) {
    layer_function_tests(tests, &function);
}
CHECK_MAIN("sigmoid", add_tests)

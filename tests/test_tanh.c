/* test_tanh.c: output = tanh(input). */
#include "check_weft.h"
#include "layer_function.h"

#include <math.h>

static double value(double x) {
    return tanh(x);
}

static double slope(double x) {
    return 1 / (cosh(x) * cosh(x));
}

/* Of 2^-36 up to 2^-12 the value is the input: no digit is lost near 0. */
static const float inputs[] = {
    0, -0.0f, 100, -100, 1e30f, -1e30f, 0x1p-36f, -0x1.234566p-20f, 0x1.8p-37f, 0x1p-149f};
static const float doutputs[] = {1, 2, 3, 4, 5, 6, 7, -8, 9, -0x1p-37f};
static const float outputs[] = {0, 0, 1, -1, 1, -1, 0x1p-36f, -0x1.234566p-20f, 0, 0};
static const float dinputs[] = {1, 2, 0, 0, 0, 0, 7, -8, 9, 0};

static const struct layer_function function = {
    .kind = "tanh",
    .arguments = "",
    .value = value,
    .slope = slope,
    .tolerance = 3e-7,
    .pytorch = 3e-7,
    .count = 10,
    .inputs = inputs,
    .doutputs = doutputs,
    .outputs = outputs,
    .dinputs = dinputs,
};

static void add_tests(TCase *tests) {
    layer_function_tests(tests, &function);
}
CHECK_MAIN("tanh", add_tests)

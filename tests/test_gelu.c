/* test_gelu.c: output = input x sigmoid(2 sqrt(2 / pi) (input + 0.044715 input^3)). */
#include "check_weft.h"
#include "layer_function.h"

#include <math.h>

/* The definition of PyTorch, by tanh. */
static double inner(double x) {
    return sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x);
}

static double value(double x) {
    return 0.5 * x * (1 + tanh(inner(x)));
}

static double slope(double x) {
    const double t = tanh(inner(x));
    const double dinner = sqrt(2 / 3.14159265358979323846) * (1 + 3 * 0.044715 * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * dinner;
}

/* 1/2 is the slope at 0. Half of 2^-35 is 2^-36, and half of 2^-36 is 0. No square overflows. */
static const float inputs[] = {0,        -0.0f,    100,        -100,      1e30f, -1e30f,
                               0x1p-35f, 0x1p-36f, -0x1p-149f, -0x1p-35f, 3e38f, -3e38f};
static const float doutputs[] = {1, 2, 3, 4, 5, 6, 8, 0x1p-35f, 0x1p-36f, -8, 9, 10};
static const float outputs[] = {0, 0, 100, 0, 1e30f, 0, 0x1p-36f, 0, 0, -0x1p-36f, 3e38f, 0};
static const float dinputs[] = {0.5f, 1, 3, 0, 5, 0, 4, 0x1p-36f, 0, -4, 9, 0};

/* 1 - s multiplies an error of s of 2^-24, where s is almost 1, by up to 10. */
static const struct layer_function function = {
    .kind = "gelu",
    .arguments = ", \"approximate\": \"tanh\"",
    .value = value,
    .slope = slope,
    .tolerance = 2e-6,
    .pytorch = 2e-6,
    .count = 12,
    .inputs = inputs,
    .doutputs = doutputs,
    .outputs = outputs,
    .dinputs = dinputs,
};

static void add_tests(TCase *tests) {
    layer_function_tests(tests, &function);
}
CHECK_MAIN("gelu", add_tests)

/* test_sigmoid.c: output = 1 / (1 + e^-input). */
#include "check_weft.h"
#include "layer_function.h"
#include "layer_vectors.h"

#include <math.h>

static double value(double x) {
    return 1 / (1 + exp(-x));
}

static double slope(double x) {
    return value(x) * value(-x);
}

static const struct layer_function function = {"sigmoid", "", value, slope, 5e-7};

/* 1/2 and 1/4 at 0. e^-26 is 0, since it is below 2^-36, and so is the gradient there. */
START_TEST(by_hand) {
    static const float inputs[] = {0,      -0.0f,    100,       -100, 1e30f,
                                   -1e30f, 0x1p-36f, 0x1p-149f, -26,  16};
    static const float doutputs[] = {1, 2, 3, 4, 5, 6, -8, 0x1p-34f, 9, -1};
    static const float outputs[] = {0.5f, 0.5f, 1, 0, 1, 0, 0.5f, 0.5f, 0, 1 - 0x1p-23f};
    static const float dinputs[] = {0.25f, 0.5f, 0, 0, 0, 0, -2, 0x1p-36f, 0, -0x1.fffffcp-24f};
    layer_check_function_by_hand(&function, 10, inputs, doutputs, outputs, dinputs);
}
END_TEST

START_TEST(plain) {
    layer_check_function(&function);
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("sigmoid", 2e-7);
}
END_TEST

START_TEST(differences) {
    layer_check_slopes(&function);
}
END_TEST

START_TEST(bits) {
    layer_check_function_bits(&function);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("sigmoid", add_tests)

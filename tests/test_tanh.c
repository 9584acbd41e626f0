/* test_tanh.c: output = tanh(input). */
#include "check_weft.h"
#include "layer_function.h"
#include "layer_vectors.h"

#include <math.h>

static double value(double x) {
    return tanh(x);
}

static double slope(double x) {
    return 1 / (cosh(x) * cosh(x));
}

static const struct layer_function function = {"tanh", "", value, slope, 3e-7};

/* Of 2^-36 up to 2^-12 the value is the input: no digit is lost near 0. */
START_TEST(by_hand) {
    static const float inputs[] = {
        0, -0.0f, 100, -100, 1e30f, -1e30f, 0x1p-36f, -0x1.234566p-20f, 0x1.8p-37f, 0x1p-149f};
    static const float doutputs[] = {1, 2, 3, 4, 5, 6, 7, -8, 9, -0x1p-37f};
    static const float outputs[] = {0, 0, 1, -1, 1, -1, 0x1p-36f, -0x1.234566p-20f, 0, 0};
    static const float dinputs[] = {1, 2, 0, 0, 0, 0, 7, -8, 9, 0};
    layer_check_function_by_hand(&function, 10, inputs, doutputs, outputs, dinputs);
}
END_TEST

START_TEST(plain) {
    layer_check_function(&function);
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("tanh", 3e-7);
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
CHECK_MAIN("tanh", add_tests)

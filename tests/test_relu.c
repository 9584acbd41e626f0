/* test_relu.c: output = input > 0 ? input : 0. */
#include "check_weft.h"
#include "layer_plain.h"

#include <math.h>

/* Values below 2^-36 are +0 before the layer reads them. The gradient at 0 is 0. */
START_TEST(by_hand) {
    static const float inputs[] = {-1,       -0.0f,     0,      2,     1e-12f, -1e-12f,
                                   0x1p-36f, 0x1p-149f, -1e30f, 1e30f, 0.5f,   -0.5f};
    static const float doutputs[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12};
    static const float outputs[] = {0, 0, 0, 2, 0, 0, 0x1p-36f, 0, 0, 1e30f, 0.5f, 0};
    static const float dinputs[] = {0, 0, 0, 4, 0, 0, 7, 0, 0, 10, 11, 0};
    layer_check_by_hand(
        "{\"input\": [1, 2, 3], \"layers\": [{\"kind\": \"relu\", \"name\": \"r\"}]}",
        &(struct layer_hand){
            .name = "relu by hand",
            .images = 2,
            .statistics = WEFT_STATISTICS_RUNNING,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"r.output", 12, outputs}, {"input.grad", 12, dinputs}},
        },
        1);
}
END_TEST

enum { IMAGES = 17, SIZE = 143 };

static void add_values(const void *shape, const struct layer_values *values,
                       struct layer_sums *sums) {
    (void)shape;
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        sums->output[i] = fmax((double)values->inputs[i], 0.0);
        sums->dinput[i] = values->inputs[i] > 0.0f ? (double)values->doutputs[i] : 0.0;
    }
}

/* The layer does not round, so the plain layer gives the same numbers. */
START_TEST(plain) {
    layer_check_plain("{\"input\": [143], \"layers\": [{\"kind\": \"relu\", \"name\": \"r\"}]}",
                      &(struct layer_plain){.images = IMAGES, .seed = 40, .add = add_values});
}
END_TEST

START_TEST(bits) {
    layer_check_bits("relu", LAYER_SMALL,
                     "{\"input\": [13, 7, 11], \"layers\": [{\"kind\": \"relu\"}, {\"kind\": "
                     "\"relu\"}, {\"kind\": \"flatten\"}, {\"kind\": \"relu\"}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("relu", add_tests)

/* test_concat.c: the channels of several tensors, one after the other. */
#include "check_weft.h"
#include "layer_plain.h"

/* The channels of c, twice, between those of the input. The gradient of c is (second + first), and
 * that of the input ((last + first) + c's). */
START_TEST(by_hand) {
    static const float parameters[] = {2, 0};
    static const float inputs[] = {1, 2, 3, 4};
    static const float doutputs[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const float outputs[] = {1, 2, 3, 4, 2, 4, 6, 8, 2, 4, 6, 8, 1, 2, 3, 4};
    static const float dc[] = {14, 16, 18, 20};
    static const float dinputs[] = {42, 48, 54, 60};
    layer_check_by_hand(
        "{\"input\": [1, 2, 2], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
        "\"out_channels\": 1, \"kernel_size\": 1}, {\"kind\": \"concat\", \"name\": "
        "\"l\", \"inputs\": [\"input\", \"c\", \"c\", \"input\"]}]}",
        &(struct layer_hand){
            .name = "concat by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"l.output", 16, outputs},
                         {"c.output.grad", 4, dc},
                         {"input.grad", 4, dinputs}},
        },
        1);
}
END_TEST

enum { IMAGES = 17, SIZE = 143 };

static void add_values(const void *shape, const struct layer_values *values,
                       struct layer_sums *sums) {
    (void)shape;
    for (size_t image = 0; image < IMAGES; image++) {
        for (size_t i = 0; i < SIZE; i++) {
            const float *from = &values->doutputs[2 * image * SIZE + i];
            double *to = &sums->output[2 * image * SIZE + i];
            to[0] = to[SIZE] = (double)values->inputs[image * SIZE + i];
            sums->dinput[image * SIZE + i] = (double)from[0] + (double)from[SIZE];
        }
    }
}

START_TEST(plain) {
    layer_check_plain(
        "{\"input\": [143], \"layers\": [{\"kind\": \"concat\", \"name\": \"l\", "
        "\"inputs\": [\"input\", \"input\"]}]}",
        &(struct layer_plain){
            .images = IMAGES, .seed = 42, .gradient_tolerance = 2e-7, .add = add_values});
}
END_TEST

/* Inputs of different channels, and of features; one of them is the network's input. */
START_TEST(bits) {
    layer_check_bits(
        "concat", LAYER_SMALL,
        "{\"input\": [3, 7, 5], \"layers\": ["
        "{\"kind\": \"conv2d\", \"name\": \"c\", \"out_channels\": 2, \"kernel_size\": 1},"
        "{\"kind\": \"concat\", \"name\": \"a\", \"inputs\": [\"c\", \"input\", \"c\"]},"
        "{\"kind\": \"flatten\", \"name\": \"f\"},"
        "{\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 3},"
        "{\"kind\": \"flatten\", \"name\": \"g\", \"inputs\": [\"input\"]},"
        "{\"kind\": \"concat\", \"inputs\": [\"l\", \"g\", \"f\", \"l\"]}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("concat", add_tests)

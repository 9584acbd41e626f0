/* test_add.c: the sum of several tensors. */
#include "check_weft.h"
#include "layer_plain.h"

/* The same tensor twice. */
START_TEST(by_hand) {
    static const float inputs[] = {0x1p24f, 1, -0x1p24f, 0x1p-36f, 3};
    static const float doutputs[] = {1, 2, 4, 8, 16};
    static const float outputs[] = {0x1p25f, 2, -0x1p25f, 0x1p-35f, 6};
    static const float dinputs[] = {2, 4, 8, 16, 32};
    layer_check_by_hand("{\"input\": [5], \"layers\": [{\"kind\": \"add\", \"name\": \"s\", "
                        "\"inputs\": [\"input\", \"input\"]}]}",
                        &(struct layer_hand){
                            .name = "add by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"s.output", 5, outputs}, {"input.grad", 5, dinputs}},
                        },
                        1);
}
END_TEST

#define FOUR                                                                                       \
    "{\"input\": [1], \"layers\": ["                                                               \
    "{\"kind\": \"linear\", \"name\": \"a\", \"out_features\": 1},"                                \
    "{\"kind\": \"linear\", \"name\": \"b\", \"out_features\": 1, \"inputs\": [\"input\"]},"       \
    "{\"kind\": \"linear\", \"name\": \"c\", \"out_features\": 1, \"inputs\": [\"input\"]},"       \
    "{\"kind\": \"linear\", \"name\": \"d\", \"out_features\": 1, \"inputs\": [\"input\"]},"       \
    "{\"kind\": \"add\", \"name\": \"s\", \"inputs\": [\"a\", \"b\", \"c\", \"d\"]}]}"

/* Four linear layers of one weight make the terms, forward and of the gradient of the input:
 *
 *   ((2^24 + 1) - 2^24) + 1 = 1            ((1 - 2^24) + 1) + 2^24 = 2: the last reader first
 *   with t = 2^-36, each sum is cleaned:
 *   ((1.5 t - t) + t) + 0 = t              ((0 + t) - t) + 1.5 t = 1.5 t
 *   ((t - t) + 1.5 t) + 0 = 1.5 t          ((0 + 1.5 t) - t) + t = t */
START_TEST(order_by_hand) {
    static const float parameters[][8] = {{0x1p24f, 0, 1, 0, -0x1p24f, 0, 1, 0},
                                          {0x1.8p-36f, 0, -0x1p-36f, 0, 0x1p-36f, 0, 0, 0},
                                          {0x1p-36f, 0, -0x1p-36f, 0, 0x1.8p-36f, 0, 0, 0}};
    static const float outputs[] = {1, 0x1p-36f, 0x1.8p-36f};
    static const float dinputs[] = {2, 0x1.8p-36f, 0x1p-36f};
    static const float one[] = {1};
    struct layer_hand hands[3];
    for (size_t i = 0; i < 3; i++) {
        hands[i] = (struct layer_hand){
            .name = "add order by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters[i],
            .inputs = one,
            .doutputs = one,
            .expected = {{"s.output", 1, &outputs[i]}, {"input.grad", 1, &dinputs[i]}}};
    }
    layer_check_by_hand(FOUR, hands, 3);
}
END_TEST

enum { IMAGES = 17, SIZE = 143 };

static void add_values(const void *shape, const struct layer_values *values,
                       struct layer_sums *sums) {
    (void)shape;
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        sums->output[i] = 3 * (double)values->inputs[i];
        sums->dinput[i] = 3 * (double)values->doutputs[i];
    }
}

START_TEST(plain) {
    layer_check_plain("{\"input\": [143], \"layers\": [{\"kind\": \"add\", \"name\": \"s\", "
                      "\"inputs\": [\"input\", \"input\", \"input\"]}]}",
                      &(struct layer_plain){.images = IMAGES,
                                            .seed = 41,
                                            .output_tolerance = 2e-7,
                                            .gradient_tolerance = 2e-7,
                                            .add = add_values});
}
END_TEST

START_TEST(bits) {
    layer_check_bits("add", LAYER_SMALL,
                     "{\"input\": [3, 7, 5], \"layers\": ["
                     "{\"kind\": \"relu\"},"
                     "{\"kind\": \"add\", \"name\": \"one\", \"inputs\": [\"relu1\", \"input\"]},"
                     "{\"kind\": \"flatten\", \"name\": \"f\", \"inputs\": [\"input\"]},"
                     "{\"kind\": \"flatten\", \"name\": \"g\", \"inputs\": [\"one\"]},"
                     "{\"kind\": \"add\", \"inputs\": [\"f\", \"g\", \"f\", \"g\", \"f\"]}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, order_by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("add", add_tests)

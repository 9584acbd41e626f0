/* test_global_avg_pool2d.c: the mean of each channel. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_vectors.h"

#define POOL "{\"kind\": \"global_avg_pool2d\", \"name\": \"p\"}"

/* The chain over rows and columns is ((2^24 + 1) - 2^24) + 1 = 1. 2^-35 / 4 is 0. */
START_TEST(order_by_hand) {
    static const float inputs[] = {0x1p24f, 1, -0x1p24f, 1, 1, 2, 3, 5};
    static const float doutputs[] = {4, 0x1p-35f};
    static const float outputs[] = {0.25f, 2.75f};
    static const float dinputs[] = {1, 1, 1, 1, 0, 0, 0, 0};
    layer_check_by_hand("{\"input\": [2, 2, 2], \"layers\": [" POOL "]}",
                        &(struct layer_hand){
                            .name = "global_avg_pool2d order by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 2, outputs}, {"input.grad", 8, dinputs}},
                        },
                        1);
}
END_TEST

/* 7 is no power of two: 1 / 7 and 3 / 7 are rounded once, where 3 x (1 / 7) is another number. */
START_TEST(division_by_hand) {
    static const float inputs[] = {1, 1, 1, 0, 0, 0, 0};
    static const float doutputs[] = {3};
    static const float outputs[] = {3 / 7.0f};
    static const float dinputs[] = {3 / 7.0f, 3 / 7.0f, 3 / 7.0f, 3 / 7.0f,
                                    3 / 7.0f, 3 / 7.0f, 3 / 7.0f};
    ck_assert(3 / 7.0f != 3 * (1 / 7.0f));
    layer_check_by_hand("{\"input\": [1, 1, 7], \"layers\": [" POOL "]}",
                        &(struct layer_hand){
                            .name = "global_avg_pool2d division by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 1, outputs}, {"input.grad", 7, dinputs}},
                        },
                        1);
}
END_TEST

enum { IMAGES = 17, CHANNELS = 3, PLANE = 77 };

static void add_means(const void *shape, const struct layer_values *values,
                      struct layer_sums *sums) {
    (void)shape;
    for (size_t i = 0; i < (size_t)IMAGES * CHANNELS * PLANE; i++) {
        sums->output[i / PLANE] += (double)values->inputs[i] / PLANE;
        sums->dinput[i] = (double)values->doutputs[i / PLANE] / PLANE;
    }
}

START_TEST(plain) {
    layer_check_plain("{\"input\": [3, 7, 11], \"layers\": [" POOL "]}",
                      &(struct layer_plain){.images = IMAGES,
                                            .seed = 50,
                                            .output_tolerance = 1e-6,
                                            .gradient_tolerance = 1e-7,
                                            .add = add_means});
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("global_avg_pool2d", 5e-7);
}
END_TEST

START_TEST(differences) {
    struct weft_network *network = layer_network("{\"input\": [2, 5, 6], \"layers\": [" POOL "]}");
    struct layer_values values;
    layer_values_draw(network, 2, LAYER_PLAIN, 52, &values);
    layer_check_differences("global_avg_pool2d differences", network, &values, 2,
                            WEFT_STATISTICS_RUNNING, 0.0625f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* The mean of a mean is the same value. */
START_TEST(bits) {
    layer_check_bits("global_avg_pool2d", LAYER_SMALL,
                     "{\"input\": [5, 23, 19], \"layers\": [" POOL
                     ", {\"kind\": \"global_avg_pool2d\"}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, order_by_hand);
    tcase_add_test(tests, division_by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("global_avg_pool2d", add_tests)

/* test_leaky_relu.c: output = input > 0 ? input : negative_slope x input. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_vectors.h"

/* 0 has the slope's gradient, as in PyTorch. 2^-34 / 4 is 2^-36, and 2^-35 / 4 is 0. A product is
 * rounded once: 0.25 x (1 + 2^-23) is exact. */
START_TEST(by_hand) {
    static const float inputs[] = {-1,       -0.0f,     0,      2,     -0x1p-34f, -0x1p-35f,
                                   0x1p-36f, 0x1p-149f, -1e30f, 1e30f, 0.5f,      -0x1.000002p+0f};
    static const float doutputs[] = {1, 2, 3, 4, 5, 6, 7, 0x1p-35f, -0x1p-34f, 10, 11, -12};
    static const float outputs[] = {-0.25f,   0, 0,        2,     -0x1p-36f, 0,
                                    0x1p-36f, 0, -2.5e29f, 1e30f, 0.5f,      -0x1.000002p-2f};
    static const float dinputs[] = {0.25f, 0.5f, 0.75f,     4,  1.25f, 1.5f,
                                    7,     0,    -0x1p-36f, 10, 11,    -3};
    layer_check_by_hand("{\"input\": [1, 2, 3], \"layers\": [{\"kind\": \"leaky_relu\", \"name\": "
                        "\"l\", \"negative_slope\": 0.25}]}",
                        &(struct layer_hand){
                            .name = "leaky_relu by hand",
                            .images = 2,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"l.output", 12, outputs}, {"input.grad", 12, dinputs}},
                        },
                        1);
}
END_TEST

enum { IMAGES = 17, SIZE = 143 };

static void add_values(const void *shape, const struct layer_values *values,
                       struct layer_sums *sums) {
    const double slope = *(const double *)shape;
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        const double x = (double)values->inputs[i], d = (double)values->doutputs[i];
        sums->output[i] = x > 0 ? x : slope * x;
        sums->dinput[i] = x > 0 ? d : slope * d;
    }
}

/* The slope is rounded to float: 2^-25. */
START_TEST(plain) {
    static const double slope = 0.01;
    layer_check_plain("{\"input\": [143], \"layers\": [{\"kind\": \"leaky_relu\"}]}",
                      &(struct layer_plain){.images = IMAGES,
                                            .seed = 60,
                                            .output_tolerance = 1e-7,
                                            .gradient_tolerance = 1e-7,
                                            .add = add_values,
                                            .shape = &slope});
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("leaky_relu", 1e-7);
}
END_TEST

/* Two lines: the differences are exact but for rounding, for values further from 0 than h. */
START_TEST(differences) {
    enum { COUNT = 2 };
    struct weft_network *network = layer_network(
        "{\"input\": [2, 5, 6], \"layers\": [{\"kind\": \"leaky_relu\", \"negative_slope\": 3}]}");
    struct layer_values values;
    layer_values_draw(network, COUNT, LAYER_PLAIN, 62, &values);
    for (size_t i = 0; i < COUNT * shape_size(network->input); i++) {
        values.inputs[i] += values.inputs[i] < 0 ? -0.0625f : 0.0625f;
    }
    layer_check_differences("leaky_relu differences", network, &values, COUNT,
                            WEFT_STATISTICS_RUNNING, 0.0625f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define LEAKY(slope) "{\"kind\": \"leaky_relu\", \"negative_slope\": " #slope "}"

START_TEST(bits) {
    layer_check_bits("leaky_relu", LAYER_SMALL,
                     "{\"input\": [13, 7, 11], \"layers\": [" LEAKY(0.01) "," LEAKY(
                         -0.3) ", {\"kind\": \"flatten\"}, " LEAKY(1e-9) ", " LEAKY(0) "]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("leaky_relu", add_tests)

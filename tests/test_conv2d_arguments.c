/* test_conv2d_arguments.c: convolution with stride, padding, dilation and groups, and without bias:
 * by hand, compared with plain sums in double, finite differences, equal bits. test_conv2d.c has
 * those without. */
#include "check_weft.h"
#include "conv2d_sums.h"
#include "layer_differences.h"
#include "layer_vectors.h"

/* An image of 1 x 3 x 3, one output channel, kernel 2 x 2 dilated to 3 x 3, stride 2, padding 1:
 *
 *   1 2 3      weight 1 2    The taps are two apart: output (0, 0) reads only the 5, by the last
 *   4 5 6             3 4    tap; (0, 1) reads it by the third; (1, 0) by the second, (1, 1) by the
 *   7 8 9                    first. */
START_TEST(dilation_by_hand) {
    static const float parameters[] = {1, 2, 3, 4, 10};
    static const float inputs[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float doutputs[] = {1, 10, 100, 1000};
    static const float outputs[] = {30, 25, 20, 15};
    static const float dinputs[] = {0, 0, 0, 0, 4 + 30 + 200 + 1000, 0, 0, 0, 0};
    static const float dweights[] = {5000, 500, 50, 5};
    static const float dbias[] = {1111};
    layer_check_by_hand(
        "{\"input\": [1, 3, 3], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
        "\"out_channels\": 1, \"kernel_size\": 2, \"stride\": 2, \"padding\": 1, \"dilation\": "
        "2}]}",
        &(struct layer_hand){
            .name = "conv2d dilation by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"c.output", 4, outputs},
                         {"input.grad", 9, dinputs},
                         {"c.weight.grad", 4, dweights},
                         {"c.bias.grad", 1, dbias}},
        },
        1);
}
END_TEST

/* Two groups of 2 input channels and 1 output channel, no bias. Padding 1 x 0 adds a row of outputs
 * that are +0, before and after. The order of the first sum is ((2^24 + 1) - 2^24) + 1 = 1 over
 * the channels and columns; that of the second is 1 2 - 3 + 4 + 5 = 8. */
START_TEST(groups_by_hand) {
    static const float parameters[] = {1, 1, 1, 1, 2, -1, 1, 1};
    static const float inputs[] = {0x1p24f, 1, -0x1p24f, 1, 1, 3, 4, 5};
    static const float doutputs[] = {100, 1, 200, 300, 10, 400};
    static const float outputs[] = {0, 1, 0, 0, 8, 0};
    static const float dinputs[] = {1, 1, 1, 1, 20, -10, 10, 10};
    static const float dweights[] = {0x1p24f, 1, -0x1p24f, 1, 10, 30, 40, 50};
    layer_check_by_hand(
        "{\"input\": [4, 1, 2], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
        "\"out_channels\": 2, \"kernel_size\": [1, 2], \"padding\": [1, 0], \"groups\": 2, "
        "\"bias\": false}]}",
        &(struct layer_hand){
            .name = "conv2d groups by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"c.output", 6, outputs},
                         {"input.grad", 8, dinputs},
                         {"c.weight.grad", 8, dweights}},
        },
        1);
}
END_TEST

static const struct conv2d_shape shapes[] = {
    {3, 2, 5, 7, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, true},
    {17, 6, 4, 9, 7, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, false},
    {5, 6, 6, 11, 9, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 6, false},
    {2, 4, 6, 8, 13, {2, 3}, {3, 1}, {2, 0}, {1, 2}, 2, true},
    {16, 3, 2, 5, 5, {5, 1}, {1, 4}, {4, 3}, {2, 7}, 1, true},
    {7, 1, 2, 2, 3, {2, 2}, {2, 3}, {7, 5}, {3, 2}, 1, false},
};

START_TEST(plain_sums) {
    conv2d_check_plain(&shapes[_i], 40 + (uint64_t)_i);
}
END_TEST

/* As in test_conv2d.c, only rounding remains. */
START_TEST(differences) {
    static const struct conv2d_shape shape = {3,      2,      4,      5, 4,   {3, 2},
                                              {2, 1}, {1, 2}, {1, 2}, 2, true};
    struct weft_network *network;
    struct layer_values values;
    char json[400];
    conv2d_list(&shape, json);
    network = layer_network(json);
    layer_values_draw(network, shape.images, LAYER_PLAIN, 30, &values);
    layer_check_differences("conv2d arguments differences", network, &values, shape.images,
                            WEFT_STATISTICS_RUNNING, 0.5f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* A layer, and its arguments after the sizes. */
#define CONV(channels, kernel, arguments)                                                          \
    "{\"kind\": \"conv2d\", \"out_channels\": " #channels ", \"kernel_size\": " kernel             \
    ", " arguments "}"
#define SAME         "\"padding\": 1, \"bias\": false"
#define HALF         "\"padding\": 1, \"stride\": 2, \"bias\": false"
#define SKIP         "\"stride\": 2, \"bias\": false"
#define DEPTH(n)     "\"padding\": 1, \"groups\": " #n
#define DEPTHHALF(n) "\"padding\": 1, \"stride\": 2, \"groups\": " #n
#define ODD(s, p, d) "\"stride\": " s ", \"padding\": " p ", \"dilation\": " d

/* clang-format off */
static const struct {
    enum layer_effort effort;
    const char *json;
} bits[] = {
    /* the blocks of a ResNet and of a depthwise-separable network: complete rows, and tiles */
    {LAYER_SMALL, "{\"input\": [1, 12, 8], \"layers\": ["
                  CONV(4, "3", SAME) "," CONV(8, "3", HALF) "," CONV(3, "1", SKIP) "]}"},
    {LAYER_LARGE, "{\"input\": [2, 28, 28], \"layers\": ["
                  CONV(8, "3", SAME) "," CONV(4, "1", SKIP) "," CONV(4, "3", DEPTH(4)) ","
                  CONV(8, "3", DEPTHHALF(4)) "]}"},
    {LAYER_LARGE, "{\"input\": [3, 13, 33], \"layers\": ["
                  CONV(6, "[3, 5]", "\"padding\": [2, 1], \"groups\": 3") ","
                  CONV(7, "[2, 3]", ODD("[3, 2]", "[0, 3]", "[2, 1]")) ","
                  CONV(5, "3", ODD("1", "2", "2") ", \"bias\": false") ","
                  CONV(2, "[2, 3]", ODD("[1, 5]", "[4, 7]", "[3, 4]")) "]}"},
    /* padding that is more than a kernel, strides with gaps, an output of one value */
    {LAYER_SMALL, "{\"input\": [2, 5, 7], \"layers\": ["
                  CONV(4, "2", "\"padding\": [3, 4], \"groups\": 2") ","
                  CONV(3, "[1, 2]", "\"stride\": [2, 3]") ","
                  CONV(6, "3", ODD("9", "1", "2") ", \"groups\": 3") "]}"},
};
/* clang-format on */

START_TEST(equal_bits) {
    layer_check_bits("conv2d arguments", bits[_i].effort, bits[_i].json);
}
END_TEST

/* With pools and relus, in one kernel. */
START_TEST(equal_bits_fused) {
    layer_check_fused(
        "conv2d arguments, fused", LAYER_LARGE,
        "{\"input\": [2, 17, 14], \"layers\": [" CONV(
            4, "3", SAME) ", {\"kind\": \"relu\"}, "
                          "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}," CONV(
                              4, "3",
                              DEPTHHALF(4)) ", "
                                            "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}, "
                                            "{\"kind\": \"relu\"}," CONV(
                                                3, "[2, 1]",
                                                "\"padding\": [1, 2], \"dilation\": [2, 1]") "]}");
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("conv2d", 1e-6);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, dilation_by_hand);
    tcase_add_test(tests, groups_by_hand);
    tcase_add_loop_test(tests, plain_sums, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_loop_test(tests, equal_bits, 0, sizeof bits / sizeof bits[0]);
    tcase_add_test(tests, equal_bits_fused);
}
CHECK_MAIN("conv2d_arguments", add_tests)

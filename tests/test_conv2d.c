/* test_conv2d.c: convolution at every place: by hand, compared with plain sums in double, finite
 * differences, equal bits. */
#include "check_weft.h"
#include "conv2d_sums.h"
#include "layer_differences.h"

/* Two images of 1 x 3 x 3, one output channel, kernel 2 x 2:
 *
 *   1 2 3      weight 1 2    bias 10    image 2 is the first, times -1
 *   4 5 6             3 4
 *   7 8 9
 *
 * 1*1 + 2*2 + 4*3 + 5*4 + 10 = 47, then 2 + 6 + 15 + 24 + 10 = 57, 4 + 10 + 21 + 32 + 10 = 77,
 * 5 + 12 + 24 + 36 + 10 = 87. */
START_TEST(by_hand) {
    static const float parameters[] = {1, 2, 3, 4, 10};
    static const float inputs[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, -4, -5, -6, -7, -8, -9};
    static const float doutputs[] = {1, 0, 0, 2, 0, 1, 0, 0};
    static const float outputs[] = {47, 57, 77, 87, -27, -37, -57, -67};
    /* dinput: the kernel times doutput, added at its window: for image 1 once at (0, 0) and twice
     * at (1, 1) */
    static const float dinputs[] = {1, 2, 0, 3, 4 + 2, 4, 0, 6, 8, 0, 1, 2, 0, 3, 4, 0, 0, 0};
    /* dweight: 1, 2, 4, 5 and twice 5, 6, 8, 9 of image 1, and -2, -3, -5, -6 of image 2 */
    static const float dweights[] = {1 + 10 - 2, 2 + 12 - 3, 4 + 16 - 5, 5 + 18 - 6};
    static const float dbias[] = {4};
    layer_check_by_hand(
        "{\"input\": [1, 3, 3], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
        "\"out_channels\": 1, \"kernel_size\": 2}]}",
        &(struct layer_hand){
            .name = "conv2d by hand",
            .images = 2,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"c.output", 8, outputs},
                         {"input.grad", 18, dinputs},
                         {"c.weight.grad", 4, dweights},
                         {"c.bias.grad", 1, dbias}},
        },
        1);
}
END_TEST

/* Two input channels, two output channels, and a kernel as large as the image, so each output is
 * one number: output 0 = 1 x the first channel's sum + 2 x the second's + 1, output 1 = -1 x the
 * second's. */
START_TEST(channels_by_hand) {
    static const float parameters[] = {1, 1, 2, 2, 0, 0, -1, -1, 1, 0};
    static const float inputs[] = {3, 4, 5, 6};
    static const float doutputs[] = {1, 10};
    static const float outputs[] = {7 + 22 + 1, -11};
    static const float dinputs[] = {1, 1, 2 - 10, 2 - 10};
    static const float dweights[] = {3, 4, 5, 6, 30, 40, 50, 60};
    static const float dbias[] = {1, 10};
    layer_check_by_hand(
        "{\"input\": [2, 2, 1], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
        "\"out_channels\": 2, \"kernel_size\": [2, 1]}]}",
        &(struct layer_hand){
            .name = "conv2d channels by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"c.output", 2, outputs},
                         {"input.grad", 4, dinputs},
                         {"c.weight.grad", 8, dweights},
                         {"c.bias.grad", 2, dbias}},
        },
        1);
}
END_TEST

/* The sizes of a convolution; rows, columns: of the kernel. */
static const struct {
    size_t images, in, out, height, width, rows, columns;
} shapes[] = {
    {1, 1, 1, 1, 1, 1, 1},    {3, 2, 5, 7, 7, 1, 1},     {7, 5, 13, 11, 7, 3, 2},
    {16, 1, 6, 28, 28, 5, 5}, {17, 6, 12, 12, 12, 5, 5}, {33, 13, 2, 7, 1, 3, 1},
    {2, 2, 3, 1, 11, 1, 11},  {100, 2, 3, 6, 5, 2, 4},   {17, 3, 16, 15, 15, 3, 3},
    {5, 2, 6, 14, 13, 7, 7},  {2, 2, 4, 14, 13, 12, 11},
};

START_TEST(plain_sums) {
    const struct conv2d_shape shape = {
        .images = shapes[_i].images,
        .in = shapes[_i].in,
        .out = shapes[_i].out,
        .height = shapes[_i].height,
        .width = shapes[_i].width,
        .kernel = {shapes[_i].rows, shapes[_i].columns},
        .stride = {1, 1},
        .dilation = {1, 1},
        .groups = 1,
        .bias = true,
    };
    conv2d_check_plain(&shape, 20 + (uint64_t)_i);
}
END_TEST

/* A convolution is linear in each of its numbers, so a large step adds no error. The only error is
 * the rounding of about 1e-7 in each output, divided by the step. */
START_TEST(differences) {
    struct weft_network *network = layer_network(
        "{\"input\": [2, 5, 4], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": 3, "
        "\"kernel_size\": [3, 2]}]}");
    struct layer_values values;
    layer_values_draw(network, 3, LAYER_PLAIN, 30, &values);
    layer_check_differences("conv2d differences", network, &values, 3, WEFT_STATISTICS_RUNNING,
                            0.5f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define CONV(channels, rows, columns)                                                              \
    "{\"kind\": \"conv2d\", \"out_channels\": " #channels ", \"kernel_size\": [" #rows             \
    ", " #columns "]}"

/* Widths 13, 9, 8, 8, 7, 1: tiles of every kind, kernels as large as their input. */
START_TEST(bits_of_odd_shapes) {
    layer_check_bits("conv2d, odd shapes", LAYER_LARGE,
                     "{\"input\": [1, 13, 13], \"layers\": [" CONV(5, 5, 5) "," CONV(
                         13, 3, 2) "," CONV(2, 1, 1) "," CONV(1, 7, 2) "," CONV(13, 1, 7) "]}");
}
END_TEST

/* Several rows of taps a work-item, not all of them, and all of them at once. */
START_TEST(bits_of_taps) {
    layer_check_bits("conv2d, taps", LAYER_SMALL,
                     "{\"input\": [2, 20, 17], \"layers\": [" CONV(8, 3, 3) "," CONV(
                         4, 12, 11) "," CONV(6, 7, 5) "]}");
}
END_TEST

START_TEST(bits_of_columns) {
    layer_check_bits("conv2d, columns", LAYER_SMALL,
                     "{\"input\": [13, 11, 1], \"layers\": [" CONV(5, 3, 1) "," CONV(
                         12, 1, 1) "," CONV(2, 9, 1) "]}");
}
END_TEST

START_TEST(bits_of_rows) {
    layer_check_bits("conv2d, rows", LAYER_SMALL,
                     "{\"input\": [2, 4, 12], \"layers\": [" CONV(12, 3, 5) "," CONV(7, 2, 2) "]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, channels_by_hand);
    tcase_add_loop_test(tests, plain_sums, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits_of_odd_shapes);
    tcase_add_test(tests, bits_of_taps);
    tcase_add_test(tests, bits_of_columns);
    tcase_add_test(tests, bits_of_rows);
}
CHECK_MAIN("conv2d", add_tests)

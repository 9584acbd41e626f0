/* test_batch_norm.c: batch norm with batch statistics and with running statistics: by hand, finite
 * differences, equal bits. test_batch_norm_plain.c compares it with formulas in double. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_vectors.h"

#define NORM(input)                                                                                \
    "{\"input\": " input                                                                           \
    ", \"layers\": [{\"kind\": \"batch_norm\", \"name\": \"b\", \"eps\": 1, \"momentum\": 0.5}]}"

/* The first cases by hand. Values m + 3, m - 1, m - 1, m - 1 have mean m and variance 12 / 4 = 3
 * (unbiased 12 / 3 = 4); with eps 1 the root is 2. So xhat = deviation / 2 =
 * 1.5, -0.5, -0.5, -0.5.
 *
 * Channel 0: m = 10, weight 4, bias 1: output = 2 x deviation + 1 = 7, -1, -1, -1.
 *   doutput 5, 1, 1, 1: mean 2; mean of doutput xhat = (7.5 - 1.5) / 4 = 1.5
 *   dweight 6, dbias 8; dinput = 2 (5 - 2 - 1.5 x 1.5) = 1.5, 2 (1 - 2 + 1.5 / 2) = -0.5
 * Channel 1: m = -1, weight -2, bias 0: output = -deviation = -3, 1, 1, 1.
 *   doutput 1, 1, 1, 1: dinput is 0, as a shift of all outputs changes nothing; dweight 0, dbias 4
 * Running mean 2 and 7 become 1 + 5 = 6 and 3.5 - 0.5 = 3; variance 1 and 8 become
 * 0.5 + 2 and 4 + 2. */
static const float parameters[] = {4, -2, 1, 0};
static const float buffers[] = {2, 7, 1, 8};
static const float new_buffers[] = {6, 3, 2.5f, 6};
static const float dweights[] = {6, 0};
static const float dbias[] = {8, 4};

/* Running mean 10 and variance 3: output = 2 (x - 10) + 1 in channel 0; statistics are constants,
 * so dinput = 2 doutput. Channel 1 with mean 0, variance 0: the root is 1, output = -2 x. The
 * buffers stay. */
static const float still[] = {10, 0, 3, 0};
static const float running_inputs[] = {11, 5, 8, -0.25f};
static const float running_doutputs[] = {1, 2, 3, 4};
static const float running_outputs[] = {3, -10, -3, 0.5f};
static const float running_dinputs[] = {2, -4, 6, -8};
static const float running_dweights[] = {0.5f - 3, 10 - 1};
static const float running_dbias[] = {4, 6};

/* A single value has variance 0: the output is the bias, dinput is 0, and no value is NaN. The
 * running variance is mixed with 0. */
static const float one_inputs[] = {1000, -3};
static const float one_doutputs[] = {5, 1};
static const float one_outputs[] = {1, 0};
static const float zeros[2] = {0};
static const float one_buffers[] = {501, 2, 0.5f, 4};

/* Images of two features: four images, two images with running statistics, one image. */
START_TEST(features_by_hand) {
    static const float inputs[] = {13, 2, 9, -2, 9, -2, 9, -2};
    static const float doutputs[] = {5, 1, 1, 1, 1, 1, 1, 1};
    static const float outputs[] = {7, -3, -1, 1, -1, 1, -1, 1};
    static const float dinputs[] = {1.5f, 0, -0.5f, 0, -0.5f, 0, -0.5f, 0};
    const struct layer_hand hands[] = {
        {"batch_norm 1d by hand",
         4,
         WEFT_STATISTICS_BATCH,
         parameters,
         buffers,
         inputs,
         doutputs,
         {{"b.output", 8, outputs},
          {"input.grad", 8, dinputs},
          {"b.weight.grad", 2, dweights},
          {"b.bias.grad", 2, dbias},
          {"b.running_mean", 2, new_buffers},
          {"b.running_var", 2, new_buffers + 2}}},
        {"batch_norm running by hand",
         2,
         WEFT_STATISTICS_RUNNING,
         parameters,
         still,
         running_inputs,
         running_doutputs,
         {{"b.output", 4, running_outputs},
          {"input.grad", 4, running_dinputs},
          {"b.weight.grad", 2, running_dweights},
          {"b.bias.grad", 2, running_dbias},
          {"b.running_mean", 2, still},
          {"b.running_var", 2, still + 2}}},
        {"batch_norm of one value by hand",
         1,
         WEFT_STATISTICS_BATCH,
         parameters,
         buffers,
         one_inputs,
         one_doutputs,
         {{"b.output", 2, one_outputs},
          {"input.grad", 2, zeros},
          {"b.weight.grad", 2, zeros},
          {"b.bias.grad", 2, one_doutputs},
          {"b.running_mean", 2, one_buffers},
          {"b.running_var", 2, one_buffers + 2}}},
    };
    layer_check_by_hand(NORM("[2]"), hands, sizeof hands / sizeof hands[0]);
}
END_TEST

/* The same numbers as the pixels of one image. */
START_TEST(image_by_hand) {
    static const float inputs[] = {13, 9, 9, 9, 2, -2, -2, -2};
    static const float doutputs[] = {5, 1, 1, 1, 1, 1, 1, 1};
    static const float outputs[] = {7, -1, -1, -1, -3, 1, 1, 1};
    static const float dinputs[] = {1.5f, -0.5f, -0.5f, -0.5f, 0, 0, 0, 0};
    const struct layer_hand hand = {"batch_norm 2d by hand",
                                    1,
                                    WEFT_STATISTICS_BATCH,
                                    parameters,
                                    buffers,
                                    inputs,
                                    doutputs,
                                    {{"b.output", 8, outputs},
                                     {"input.grad", 8, dinputs},
                                     {"b.weight.grad", 2, dweights},
                                     {"b.bias.grad", 2, dbias},
                                     {"b.running_mean", 2, new_buffers},
                                     {"b.running_var", 2, new_buffers + 2}}};
    layer_check_by_hand(NORM("[2, 2, 2]"), &hand, 1);
}
END_TEST

/* Without weight and bias, the output is xhat, and dinput = (doutput - mean - xhat mean(doutput
 * xhat)) / 2: 0.75 / 2 and -0.25 / 2. With running mean 9 and variance 3 the output is (x - 9) / 2,
 * and dinput = doutput / 2. */
START_TEST(not_affine_by_hand) {
    static const float start[] = {2, 7, 1, 8}, fixed[] = {9, -1, 3, 3};
    static const float inputs[] = {13, 2, 9, -2, 9, -2, 9, -2};
    static const float doutputs[] = {5, 1, 1, 1, 1, 1, 1, 1};
    static const float outputs[] = {1.5f, 1.5f, -0.5f, -0.5f, -0.5f, -0.5f, -0.5f, -0.5f};
    static const float dinputs[] = {0.375f, 0, -0.125f, 0, -0.125f, 0, -0.125f, 0};
    static const float constant_outputs[] = {2, 1.5f, 0, -0.5f, 0, -0.5f, 0, -0.5f};
    static const float constant_dinputs[] = {2.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    const struct layer_hand hands[] = {
        {.name = "batch_norm, not affine, by hand",
         .images = 4,
         .statistics = WEFT_STATISTICS_BATCH,
         .buffers = start,
         .inputs = inputs,
         .doutputs = doutputs,
         .expected = {{"b.output", 8, outputs},
                      {"input.grad", 8, dinputs},
                      {"b.running_mean", 2, new_buffers},
                      {"b.running_var", 2, new_buffers + 2}}},
        {.name = "batch_norm, not affine, running, by hand",
         .images = 4,
         .statistics = WEFT_STATISTICS_RUNNING,
         .buffers = fixed,
         .inputs = inputs,
         .doutputs = doutputs,
         .expected = {{"b.output", 8, constant_outputs}, {"input.grad", 8, constant_dinputs}}},
    };
    layer_check_by_hand("{\"input\": [2], \"layers\": [{\"kind\": \"batch_norm\", \"name\": \"b\", "
                        "\"eps\": 1, \"momentum\": 0.5, \"affine\": false}]}",
                        hands, 2);
}
END_TEST

/* Steps of 1/64: the third derivative gives an error of about 1/64 squared over 6, which is 4e-5,
 * times about ten where a value changes its own mean and variance. Rounding adds 1e-7 x 64. So the
 * bound is 1e-3. */
START_TEST(differences) {
    static const char *const networks[] = {
        "{\"input\": [2, 2, 3], \"layers\": [{\"kind\": \"batch_norm\"}]}",
        "{\"input\": [5], \"layers\": [{\"kind\": \"batch_norm\", \"eps\": 0.01}]}"};
    struct weft_network *network = layer_network(networks[_i % 2]);
    struct layer_values values;
    layer_values_draw(network, 17, LAYER_PLAIN, 80, &values);
    layer_check_differences("batch_norm differences", network, &values, 17,
                            _i < 2 ? WEFT_STATISTICS_BATCH : WEFT_STATISTICS_RUNNING, 0x1p-6f,
                            1e-3);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define PLAIN_NORM "{\"kind\": \"batch_norm\"}"

/* Two layers in a row: the second one has the output of the first as its input. */
START_TEST(bits_of_images) {
    layer_check_bits("batch_norm 2d", LAYER_SMALL,
                     "{\"input\": [5, 7, 11], \"layers\": [{\"kind\": \"batch_norm\", "
                     "\"momentum\": 0.25, \"eps\": 1e-9}, " PLAIN_NORM "]}");
}
END_TEST

START_TEST(bits_of_features) {
    layer_check_bits("batch_norm 1d", LAYER_LARGE,
                     "{\"input\": [13], \"layers\": [" PLAIN_NORM ", {\"kind\": \"batch_norm\", "
                     "\"momentum\": 1, \"eps\": 1}, {\"kind\": \"batch_norm\", \"momentum\": "
                     "0}]}");
}
END_TEST

/* Between other layers, so that every kernel that settles statistics is used; by channels and by
 * shards. */
START_TEST(bits_of_not_affine) {
    static const char *const networks[] = {
        "{\"input\": [3, 5, 4], \"layers\": [{\"kind\": \"batch_norm\", \"affine\": false}, "
        "{\"kind\": \"relu\"}, {\"kind\": \"batch_norm\", \"affine\": false}]}",
        "{\"input\": [1, 17, 15], \"layers\": [{\"kind\": \"batch_norm\", \"affine\": false}]}",
    };
    layer_check_bits("batch_norm, not affine", _i == 0 ? LAYER_SMALL : LAYER_LARGE, networks[_i]);
    if (_i == 0) {
        layer_check_fused("batch_norm, not affine, fused", LAYER_LARGE, networks[0]);
    }
}
END_TEST

/* Columns of pixels, and single pixels. */
START_TEST(bits_of_columns) {
    layer_check_bits("batch_norm, columns", LAYER_LARGE,
                     "{\"input\": [2, 7, 1], \"layers\": [" PLAIN_NORM "]}");
}
END_TEST

/* All layers in which images could influence each other. */
START_TEST(images_alone) {
    layer_check_alone(
        "batch_norm and others, images alone", LAYER_LARGE,
        "{\"input\": [2, 7, 6], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": 5, "
        "\"kernel_size\": [2, 3]}, {\"kind\": \"batch_norm\"}, {\"kind\": \"max_pool2d\", "
        "\"kernel_size\": 2}, {\"kind\": \"relu\"}, {\"kind\": \"flatten\"}, {\"kind\": "
        "\"linear\", "
        "\"out_features\": 7}, {\"kind\": \"batch_norm\"}]}");
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("batch_norm", 5e-6);
}
END_TEST

/* Kernels count the values of a channel with 32 bits. 66 x 66 = 4356. */
START_TEST(most_values) {
    const size_t most = UINT32_MAX / 4356;
    struct backend_options options = {.device = "cpu", .batch = most + 1};
    struct weft_network *network;
    struct backend *backend;
    struct weft_error error = {0};
    ck_assert_int_eq(network_create(NORM("[1, 66, 66]"), &network, NULL), WEFT_OK);
    ck_assert_int_eq(network_check_statistics(network, most, NULL), WEFT_OK);
    ck_assert_int_eq(backend_open(network, &options, &backend, NULL, &error), WEFT_USAGE);
    ck_assert_str_eq(error.message, "batch: 985989, but statistics of b, of 66 x 66 values of a "
                                    "channel, are those of at most 985988 images");
    ck_assert_ptr_null(backend);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, most_values);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, features_by_hand);
    tcase_add_test(tests, image_by_hand);
    tcase_add_loop_test(tests, differences, 0, 4);
    tcase_add_test(tests, bits_of_images);
    tcase_add_test(tests, bits_of_features);
    tcase_add_test(tests, not_affine_by_hand);
    tcase_add_loop_test(tests, bits_of_not_affine, 0, 2);
    tcase_add_test(tests, bits_of_columns);
    tcase_add_test(tests, images_alone);
}
CHECK_MAIN("batch_norm", add_tests)

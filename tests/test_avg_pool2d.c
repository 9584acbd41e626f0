/* test_avg_pool2d.c: mean pooling at every place: windows that touch, overlap and leave gaps,
 * padding, both divisors. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_vectors.h"

/* One window of 2 x 2: the chain over rows and columns is ((2^24 + 1) - 2^24) + 1 = 1. */
START_TEST(order_by_hand) {
    static const float inputs[] = {0x1p24f, 1, -0x1p24f, 1};
    static const float doutputs[] = {4};
    static const float outputs[] = {0.25f};
    static const float dinputs[] = {1, 1, 1, 1};
    layer_check_by_hand("{\"input\": [1, 2, 2], \"layers\": [{\"kind\": \"avg_pool2d\", \"name\": "
                        "\"p\", \"kernel_size\": 2}]}",
                        &(struct layer_hand){
                            .name = "avg_pool2d order by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 1, outputs}, {"input.grad", 4, dinputs}},
                        },
                        1);
}
END_TEST

/* Windows of 2 x 2, stride 1, over 3 x 3: the value in the centre is in all four. Its gradient is
 * the chain of quotients ((2^24 + 1) - 2^24) + 1 = 1. In the second case a quotient of 2^-37 is 0
 * before it is added. */
START_TEST(gradient_order_by_hand) {
    static const float inputs[9] = {0};
    static const float doutputs[] = {0x1p26f, 4, -0x1p26f, 4};
    static const float dinputs[] = {0x1p24f, 0x1p24f, 1, 0, 1, 2, -0x1p24f, 1 - 0x1p24f, 1};
    static const float small[] = {0x1p-34f, 0x1p-35f, 0x1p-35f, 0x1p-35f};
    static const float dsmall[] = {0x1p-36f, 0x1p-36f, 0, 0x1p-36f, 0x1p-36f, 0, 0, 0, 0};
    const struct layer_hand hands[] = {
        {.name = "avg_pool2d order of a gradient by hand",
         .images = 1,
         .statistics = WEFT_STATISTICS_RUNNING,
         .inputs = inputs,
         .doutputs = doutputs,
         .expected = {{"input.grad", 9, dinputs}}},
        {.name = "avg_pool2d clean quotients by hand",
         .images = 1,
         .statistics = WEFT_STATISTICS_RUNNING,
         .inputs = inputs,
         .doutputs = small,
         .expected = {{"input.grad", 9, dsmall}}},
    };
    layer_check_by_hand("{\"input\": [1, 3, 3], \"layers\": [{\"kind\": \"avg_pool2d\", \"name\": "
                        "\"p\", \"kernel_size\": 2, \"stride\": 1}]}",
                        hands, 2);
}
END_TEST

/* Windows of 3, stride 2, padding 1 over 2 x 3: two windows, (0, 0) and (0, 1), each with four
 * values of the input.
 *
 *   . . . . .
 *   . 1 2 3 .     1 + 2 + 4 + 5 = 12, 2 + 3 + 5 + 6 = 16
 *   . 4 5 6 .     over 9 values, or over 4 */
static void check_padding(const char *name, const char *argument, const float *outputs,
                          const float *dinputs) {
    static const float inputs[] = {1, 2, 3, 4, 5, 6};
    static const float doutputs[] = {36, 72};
    char json[300];
    snprintf(json, sizeof json,
             "{\"input\": [1, 2, 3], \"layers\": [{\"kind\": \"avg_pool2d\", \"name\": \"p\", "
             "\"kernel_size\": 3, \"stride\": 2, \"padding\": 1%s}]}",
             argument);
    layer_check_by_hand(json,
                        &(struct layer_hand){
                            .name = name,
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 2, outputs}, {"input.grad", 6, dinputs}},
                        },
                        1);
}

START_TEST(padding_by_hand) {
    static const float padded[] = {12 / 9.0f, 16 / 9.0f}, dpadded[] = {4, 12, 8, 4, 12, 8};
    static const float inside[] = {3, 4}, dinside[] = {9, 27, 18, 9, 27, 18};
    check_padding("avg_pool2d with padding by hand", "", padded, dpadded);
    check_padding("avg_pool2d without padding in the mean by hand",
                  ", \"count_include_pad\": false", inside, dinside);
}
END_TEST

struct shape {
    size_t images, channels, height, width, kernel, stride, padding;
    bool count_include_pad;
};

/* Adds the window at (y, x) of one plane by the definition: padding is a value 0 at indices
 * outside the plane. */
static void add_window(const struct shape *s, size_t y, size_t x, double doutput,
                       const float *inputs, double *output, double *dinputs) {
    double sum = 0, inside = 0;
    for (int pass = 0; pass < 2; pass++) {
        double divisor = s->count_include_pad ? (double)(s->kernel * s->kernel) : inside;
        for (size_t i = 0; i < s->kernel * s->kernel; i++) {
            size_t row = y * s->stride + i / s->kernel, column = x * s->stride + i % s->kernel;
            if (row < s->padding || row >= s->padding + s->height || column < s->padding ||
                column >= s->padding + s->width) {
                continue;
            }
            size_t at = (row - s->padding) * s->width + column - s->padding;
            sum += pass == 0 ? (double)inputs[at] : 0;
            inside += pass == 0 ? 1 : 0;
            dinputs[at] += pass == 0 ? 0 : doutput / divisor;
        }
        *output = pass == 0 ? sum : sum / divisor;
    }
}

static void add_windows(const void *shape, const struct layer_values *values,
                        struct layer_sums *sums) {
    const struct shape *s = shape;
    size_t out_height = (s->height + 2 * s->padding - s->kernel) / s->stride + 1;
    size_t out_width = (s->width + 2 * s->padding - s->kernel) / s->stride + 1;
    size_t size = s->height * s->width;
    for (size_t n = 0, at = 0; n < s->images * s->channels; n++) {
        for (size_t y = 0; y < out_height; y++) {
            for (size_t x = 0; x < out_width; x++, at++) {
                add_window(s, y, x, (double)values->doutputs[at], values->inputs + n * size,
                           &sums->output[at], sums->dinput + n * size);
            }
        }
    }
}

static const struct shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 0, true},   {3, 5, 7, 11, 2, 1, 0, true},    {7, 2, 11, 7, 3, 2, 1, true},
    {16, 13, 9, 9, 3, 3, 0, true}, {17, 6, 24, 24, 2, 2, 1, false}, {33, 1, 7, 5, 2, 3, 1, false},
    {2, 3, 7, 8, 7, 1, 3, false},  {5, 2, 2, 7, 4, 2, 2, true}};

/* A mean of up to 49 values, and a sum of up to 49 gradients, are rounded to float: 1e-6. */
START_TEST(plain_windows) {
    const struct shape *s = &shapes[_i];
    char json[300];
    snprintf(json, sizeof json,
             "{\"input\": [%zu, %zu, %zu], \"layers\": [{\"kind\": \"avg_pool2d\", \"name\": "
             "\"p\", \"kernel_size\": %zu, \"stride\": %zu, \"padding\": %zu, "
             "\"count_include_pad\": %s}]}",
             s->channels, s->height, s->width, s->kernel, s->stride, s->padding,
             s->count_include_pad ? "true" : "false");
    layer_check_plain(json, &(struct layer_plain){.images = s->images,
                                                  .style = LAYER_PLAIN,
                                                  .seed = 50,
                                                  .output_tolerance = 1e-6,
                                                  .gradient_tolerance = 1e-6,
                                                  .add = add_windows,
                                                  .shape = s});
}
END_TEST

/* A mean is linear in its input: the differences are exact but for rounding. */
START_TEST(differences) {
    enum { IMAGES = 2 };
    struct weft_network *network = layer_network(
        "{\"input\": [2, 5, 6], \"layers\": [{\"kind\": \"avg_pool2d\", \"kernel_size\": 3, "
        "\"stride\": 2, \"padding\": 1, \"count_include_pad\": false}]}");
    struct layer_values values;
    layer_values_draw(network, IMAGES, LAYER_PLAIN, 52, &values);
    layer_check_differences("avg_pool2d differences", network, &values, IMAGES,
                            WEFT_STATISTICS_RUNNING, 0.0625f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define POOL(kernel, stride, padding, count)                                                       \
    "{\"kind\": \"avg_pool2d\", \"kernel_size\": " #kernel ", \"stride\": " #stride                \
    ", \"padding\": " #padding ", \"count_include_pad\": " #count "}"

/* 23 x 19, 12 x 10, 13 x 11, 13 x 11, 6 x 5, 3 x 2. */
START_TEST(bits_of_odd_shapes) {
    layer_check_bits(
        "avg_pool2d", LAYER_SMALL,
        "{\"input\": [5, 23, 19], \"layers\": [" POOL(3, 2, 1, false) "," POOL(
            2, 1, 1, true) "," POOL(1, 1, 0, true) "," POOL(2, 2, 0, true) "," POOL(3, 2, 1,
                                                                                    true) "]}");
}
END_TEST

/* Gaps between windows, and windows as large as the image. */
START_TEST(bits_of_gaps) {
    layer_check_bits("avg_pool2d with gaps", LAYER_LARGE,
                     "{\"input\": [13, 17, 11], \"layers\": [" POOL(2, 3, 1, false) "," POOL(
                         3, 3, 0, true) "," POOL(1, 2, 0, true) "]}");
}
END_TEST

#define PAIRS(kernel, stride, padding, count)                                                      \
    "{\"kind\": \"avg_pool2d\", \"kernel_size\": " kernel ", \"stride\": " stride                  \
    ", \"padding\": " padding ", \"count_include_pad\": " #count "}"

/* One row of two windows of 1 x 3, stride 1 x 2, padding 0 x 1: (1 + 2) / 3, (2 + 6) / 3. */
START_TEST(pairs_by_hand) {
    static const float inputs[] = {1, 2, 6}, doutputs[] = {3, 6};
    static const float outputs[] = {1, 8 / 3.0f}, dinputs[] = {1, 3, 2};
    layer_check_by_hand(
        "{\"input\": [1, 1, 3], \"layers\": [{\"kind\": \"avg_pool2d\", \"name\": "
        "\"p\", \"kernel_size\": [1, 3], \"stride\": [1, 2], \"padding\": [0, 1]}]}",
        &(struct layer_hand){
            .name = "avg_pool2d pairs by hand",
            .images = 1,
            .statistics = WEFT_STATISTICS_RUNNING,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"p.output", 2, outputs}, {"input.grad", 3, dinputs}},
        },
        1);
}
END_TEST

START_TEST(bits_of_pairs) {
    layer_check_bits("avg_pool2d, pairs", LAYER_SMALL,
                     "{\"input\": [3, 10, 9], \"layers\": [" PAIRS(
                         "[2, 3]", "[1, 2]", "[1, 0]", false) "," PAIRS("[1, 4]", "[2, 1]",
                                                                        "[0, 2]", true) "]}");
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("avg_pool2d", 1e-6);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, pairs_by_hand);
    tcase_add_test(tests, bits_of_pairs);
    tcase_add_test(tests, order_by_hand);
    tcase_add_test(tests, gradient_order_by_hand);
    tcase_add_test(tests, padding_by_hand);
    tcase_add_loop_test(tests, plain_windows, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits_of_odd_shapes);
    tcase_add_test(tests, bits_of_gaps);
}
CHECK_MAIN("avg_pool2d", add_tests)

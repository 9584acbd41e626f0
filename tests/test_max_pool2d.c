/* test_max_pool2d.c: max pooling at every place: windows that touch, overlap and leave gaps, and
 * ties. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_vectors.h"

/* Windows of 2, stride 2, over 5 x 5: the last row and column are in no window.
 *
 *   1 1 | 0 0 | 9     all equal: the first;  all zeros of either sign: the first
 *   1 1 | 0 0 | 9
 *   2 5 | 3 3 | 9     the 5;  3 3 3: the first
 *   4 5 | 2 3 | 9
 *   9 9   9 9   9  */
START_TEST(ties_by_hand) {
    static const float inputs[] = {1, 1, 0, -0.0f, 9, 1, 1, 0, 0, 9, 2, 5, 3,
                                   3, 9, 4, 5,     2, 3, 9, 9, 9, 9, 9, 9};
    static const float doutputs[] = {1, 2, 3, 4};
    static const float outputs[] = {1, 0, 5, 3};
    static const float dinputs[] = {1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4,
                                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    layer_check_by_hand("{\"input\": [1, 5, 5], \"layers\": [{\"kind\": \"max_pool2d\", \"name\": "
                        "\"p\", \"kernel_size\": 2}]}",
                        &(struct layer_hand){
                            .name = "max_pool2d ties by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 4, outputs}, {"input.grad", 25, dinputs}},
                        },
                        1);
}
END_TEST

/* Windows of 3, stride 2: all four share the centre. Image 1 has its largest value there. Image 2
 * is negative, with its largest value in the middle of the first row, which is only in the two
 * upper windows. In the second case the gradients of image 1 nearly cancel:
 * 2^-30 - (2^-30 - 2^-54) = 2^-54 is below 2^-36, so the sum is 0. */
START_TEST(overlap_by_hand) {
    static const float inputs[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 1,  2,  99,
                                   4,  5,  6,  7,  8,  9,  10, 1,  2,  3,  4,  5,  -9,
                                   -9, -1, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9,
                                   -9, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9};
    static const float doutputs[] = {1, 2, 4, 8, 16, 32, 64, 128};
    static const float outputs[] = {99, 99, 99, 99, -1, -1, -9, -9};
    static const float dinputs[50] = {[12] = 15, [27] = 48, [35] = 64, [37] = 128};
    static const float nearly[] = {0x1p-30f, 0, -0x1.fffffep-31f, 0, 0, 0, 0, 0};
    static const float zeros[50] = {0};
    const struct layer_hand hands[] = {
        {.name = "max_pool2d overlap by hand",
         .images = 2,
         .statistics = WEFT_STATISTICS_RUNNING,
         .inputs = inputs,
         .doutputs = doutputs,
         .expected = {{"p.output", 8, outputs}, {"input.grad", 50, dinputs}}},
        {.name = "max_pool2d gradients that cancel by hand",
         .images = 2,
         .statistics = WEFT_STATISTICS_RUNNING,
         .inputs = inputs,
         .doutputs = nearly,
         .expected = {{"input.grad", 50, zeros}}},
    };
    layer_check_by_hand("{\"input\": [1, 5, 5], \"layers\": [{\"kind\": \"max_pool2d\", "
                        "\"name\": \"p\", \"kernel_size\": 3, \"stride\": 2}]}",
                        hands, 2);
}
END_TEST

/* Windows of 2 x 3, stride 2 x 1, padding 1 x 1 over 3 x 2, all negative: padding is no value. The
 * first row of windows has the first row, the second one the others.
 *
 *   -4 -2      windows 1 and 2 of the first row: -2
 *   -5 -3
 *   -1 -6      of the second: -1 */
START_TEST(padding_by_hand) {
    static const float inputs[] = {-4, -2, -5, -3, -1, -6};
    static const float doutputs[] = {1, 2, 4, 8};
    static const float outputs[] = {-2, -2, -1, -1};
    static const float dinputs[] = {0, 3, 0, 0, 12, 0};
    layer_check_by_hand("{\"input\": [1, 3, 2], \"layers\": [{\"kind\": \"max_pool2d\", \"name\": "
                        "\"p\", \"kernel_size\": [2, 3], \"stride\": [2, 1], \"padding\": 1}]}",
                        &(struct layer_hand){
                            .name = "max_pool2d padding by hand",
                            .images = 1,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"p.output", 4, outputs}, {"input.grad", 6, dinputs}},
                        },
                        1);
}
END_TEST

/* Pairs are those of rows and columns. */
struct shape {
    size_t images, channels, height, width, kernel[2], stride[2], padding[2];
};

/* Returns the first largest value of the window at (y, x) of a plane. */
static size_t largest(const struct shape *s, const float *plane, size_t y, size_t x) {
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < s->kernel[0]; i++) {
        for (size_t j = 0; j < s->kernel[1]; j++) {
            size_t row = y * s->stride[0] + i - s->padding[0];
            size_t column = x * s->stride[1] + j - s->padding[1]; /* wraps outside */
            size_t at = row * s->width + column;
            if (row < s->height && column < s->width &&
                (best == SIZE_MAX || plane[at] > plane[best])) {
                best = at;
            }
        }
    }
    return best;
}

static void add_windows(const void *shape, const struct layer_values *values,
                        struct layer_sums *sums) {
    const struct shape *s = shape;
    size_t out_height = (s->height + 2 * s->padding[0] - s->kernel[0]) / s->stride[0] + 1;
    size_t out_width = (s->width + 2 * s->padding[1] - s->kernel[1]) / s->stride[1] + 1;
    size_t size = s->height * s->width;
    for (size_t n = 0, at = 0; n < s->images * s->channels; n++) {
        for (size_t y = 0; y < out_height; y++) {
            for (size_t x = 0; x < out_width; x++, at++) {
                size_t best = n * size + largest(s, values->inputs + n * size, y, x);
                sums->output[at] = (double)values->inputs[best];
                sums->dinput[best] += (double)values->doutputs[at];
            }
        }
    }
}

static const struct shape shapes[] = {
    {1, 1, 1, 1, {1, 1}, {1, 1}, {0, 0}},    {3, 5, 7, 11, {2, 2}, {1, 1}, {0, 0}},
    {7, 2, 11, 7, {3, 3}, {2, 2}, {0, 0}},   {16, 13, 9, 9, {3, 3}, {3, 3}, {0, 0}},
    {17, 6, 24, 24, {2, 2}, {2, 2}, {0, 0}}, {33, 1, 7, 5, {2, 2}, {3, 3}, {0, 0}},
    {2, 3, 7, 8, {7, 7}, {1, 1}, {0, 0}},    {5, 2, 1, 7, {1, 1}, {2, 2}, {0, 0}},
    {17, 2, 8, 9, {3, 3}, {2, 2}, {1, 1}},   {3, 2, 9, 5, {2, 5}, {3, 1}, {1, 2}}};

/* The outputs are values of the input, so they are exact. A gradient is a sum of up to 49 values,
 * rounded to float: 1e-6. The inputs have many ties. */
START_TEST(plain_windows) {
    const struct shape *s = &shapes[_i];
    char json[300];
    snprintf(
        json, sizeof json,
        "{\"input\": [%zu, %zu, %zu], \"layers\": [{\"kind\": \"max_pool2d\", \"name\": "
        "\"p\", \"kernel_size\": [%zu, %zu], \"stride\": [%zu, %zu], \"padding\": [%zu, %zu]}]}",
        s->channels, s->height, s->width, s->kernel[0], s->kernel[1], s->stride[0], s->stride[1],
        s->padding[0], s->padding[1]);
    layer_check_plain(json, &(struct layer_plain){.images = s->images,
                                                  .style = LAYER_TIES,
                                                  .seed = 50,
                                                  .gradient_tolerance = 1e-6,
                                                  .add = add_windows,
                                                  .shape = s});
}
END_TEST

/* A maximum is linear while the same value is the largest: all inputs are 4 h apart, and the step
 * is h. */
START_TEST(differences) {
    enum { SIZE = 2 * 5 * 6, IMAGES = 2 };
    struct weft_network *network = layer_network(
        "{\"input\": [2, 5, 6], \"layers\": [{\"kind\": \"max_pool2d\", \"kernel_size\": 3, "
        "\"stride\": 2}]}");
    struct layer_values values;
    layer_values_draw(network, IMAGES, LAYER_PLAIN, 52, &values);
    for (size_t i = 0; i < SIZE * IMAGES; i++) {
        values.inputs[i] =
            (float)(i * 37 % (SIZE * IMAGES)) * 0.25f; /* 37 and 120 share no factor */
    }
    layer_check_differences("max_pool2d differences", network, &values, IMAGES,
                            WEFT_STATISTICS_RUNNING, 0.0625f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define POOL(kernel, stride)                                                                       \
    "{\"kind\": \"max_pool2d\", \"kernel_size\": " #kernel ", \"stride\": " #stride "}"

/* 23 x 19, 11 x 9, 10 x 8, 10 x 8, 5 x 4, 2 x 1. */
START_TEST(bits_of_odd_shapes) {
    layer_check_bits("max_pool2d", LAYER_SMALL,
                     "{\"input\": [5, 23, 19], \"layers\": [" POOL(3, 2) "," POOL(2, 1) "," POOL(
                         1, 1) "," POOL(2, 2) "," POOL(3, 2) "]}");
}
END_TEST

/* Gaps between windows, and windows as large as the image. */
START_TEST(bits_of_gaps) {
    layer_check_bits(
        "max_pool2d with gaps", LAYER_LARGE,
        "{\"input\": [13, 17, 11], \"layers\": [" POOL(2, 3) "," POOL(3, 3) "," POOL(1, 2) "]}");
}
END_TEST

/* Padding at each edge, windows that are not square, with every fusion. */
#define PADDED(kernel, stride, padding)                                                            \
    "{\"kind\": \"max_pool2d\", \"kernel_size\": " kernel ", \"stride\": " stride                  \
    ", \"padding\": " padding "}"
START_TEST(bits_of_padding) {
    layer_check_bits("max_pool2d, padding", LAYER_SMALL,
                     "{\"input\": [3, 10, 9], \"layers\": [" PADDED("3", "2", "1") "," PADDED(
                         "[2, 3]", "[1, 2]", "[1, 0]") "," PADDED("[1, 2]", "1", "[0, 1]") "]}");
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("max_pool2d", 1e-6);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, ties_by_hand);
    tcase_add_test(tests, padding_by_hand);
    tcase_add_test(tests, bits_of_padding);
    tcase_add_test(tests, overlap_by_hand);
    tcase_add_loop_test(tests, plain_windows, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits_of_odd_shapes);
    tcase_add_test(tests, bits_of_gaps);
}
CHECK_MAIN("max_pool2d", add_tests)

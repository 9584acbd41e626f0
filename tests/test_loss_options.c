/* test_loss_options.c: the loss of training steps with label smoothing and weights of classes: by
 * hand, and the same bits everywhere. The logits are the values of the pixels, except where layers
 * are before the loss. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_values.h"
#include "training_case.h"

#include <math.h>
#include <string.h>

#include "backend/loss_targets.h"
#include "train/train_model.h"

/* The targets of three classes: with neither option, with ones as weights, with weights, with
 * smoothing, with both, and with what is cleaned. */
START_TEST(targets) {
    static const float ones[] = {1, 1, 1}, weights[] = {0.5f, 0, 4},
                       tiny[] = {0x1p-37f, 1, 0x1p-36f};
    static const struct {
        float smoothing;
        const float *weights;
        float expected[3 * LOSS_TARGET_COUNT];
    } cases[] = {
        {0, NULL, {0, 0, 0, 1, 1, 1, 1, 1, 1}},
        {0, ones, {0, 0, 0, 1, 1, 1, 1, 1, 1}},
        {0, weights, {0, 0, 0, 0.5f, 0, 4, 0.5f, 0, 4}},
        {0.75f, NULL, {0.25f, 0.25f, 0.25f, 0.5f, 0.5f, 0.5f, 1, 1, 1}},
        {0.75f, weights, {0.125f, 0, 1, 0.25f, 0, 2, 1.25f, 1.125f, 2.125f}},
        {0, tiny, {0, 0, 0, 0, 1, 0x1p-36f, 0, 1, 0x1p-36f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float found[3 * LOSS_TARGET_COUNT];
        loss_targets(3, cases[i].smoothing, cases[i].weights, found);
        for (size_t t = 0; t < sizeof found / sizeof found[0]; t++) {
            ck_assert_msg(found[t] == cases[i].expected[t] && !signbit(found[t]),
                          "case %zu, %zu: %a", i, t, (double)found[t]);
        }
    }
}
END_TEST

/* Four classes. Other logits are so much smaller than the largest that p is 0 or 1, and d is the
 * difference from it. The first image shows the order of the sum: the targets 2^17, 2^-6, 2^-6 and
 * 5/8 times 2^7, 2^6, 2^6 and 0 are 2^24, 1, 1 and 0, and 2^24 is their sum in this order.
 * With equal logits each p is 1/4. Class 1 of the second case has weight 0: without smoothing such
 * an image adds nothing, and a difference of more than the largest float in another class is no
 * NaN. */
START_TEST(by_hand) {
    static uint8_t order_pixels[] = {0, 1, 1, 2, 3, 3, 3, 3},
                   weight_pixels[] = {4, 5, 5, 5, 5, 4, 5, 5};
    static uint16_t order_labels[] = {3, 0}, weight_labels[] = {0, 1};
    static const float values[256] = {-128, -64, 0, 7, 0x1p127f, -0x1p127f};
    static const float order_weights[] = {0x1p20f, 0.125f, 0.125f, 1}, weights[] = {2, 0, 1, 1};
    static const float order_loss[] = {0x1p24f};
    static const float order_gradient[] = {-0x1p17f, -0x1p-6f, -0x1p-6f, 0x1p17f + 0x1p-5f};
    static const float weight_loss[] = {0}, weight_gradient[8] = {0};
    const struct weft_images first = {1, 1, 1, 4, order_pixels, order_labels, 4};
    const struct weft_images equal = {1, 1, 1, 4, order_pixels + 4, order_labels + 1, 4};
    const struct weft_images two = {2, 1, 1, 4, weight_pixels, weight_labels, 4};
    static const float equal_gradient[] = {0.25f - 0.625f, 0.125f, 0.125f, 0.125f};
    static const float quarter[] = {1.38629436f}; /* log 4 times the sum of targets, 1 */
    const struct training_case cases[] = {
        {.name = "order of the sum",
         .data = &first,
         .pixels = values,
         .batch = 1,
         .epochs = 1,
         .label_smoothing = 0.5f,
         .class_weights = order_weights,
         .expected = {{"loss", 1, order_loss}, {"logit.grad", 4, order_gradient}}},
        {.name = "smoothing of equal logits",
         .data = &equal,
         .pixels = values,
         .batch = 1,
         .epochs = 1,
         .label_smoothing = 0.5f,
         .expected = {{"loss", 1, quarter}, {"logit.grad", 4, equal_gradient}}},
        {.name = "a class of weight 0",
         .data = &two,
         .pixels = values,
         .batch = 2,
         .epochs = 1,
         .class_weights = weights,
         .expected = {{"loss", 1, weight_loss}, {"logit.grad", 8, weight_gradient}}},
    };
    struct weft_network *network = training_logits(4);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "loss options by hand", places);
    training_check(network, cases, sizeof cases / sizeof cases[0], places, count);
    network_destroy(network);
}
END_TEST

/* Makes ${cases} with ${count} of ${batches}, of logits of ${style} with ${classes}, each with its
 * own smoothing, and every other one with weights. */
static void make_cases(const size_t *batches, size_t count, size_t width, size_t classes,
                       const float *pixels, struct weft_images *images,
                       struct training_case *cases) {
    static const float smoothings[] = {0.1f, 0, 0.3f, 0.875f};
    static float weights[16];
    layer_draw(330, 0, LAYER_PLAIN, weights, 16);
    for (size_t k = 0; k < 16; k++) {
        weights[k] = k % 5 == 0 ? 0 : 1.5f + weights[k];
    }
    for (size_t i = 0; i < count; i++) {
        training_images(batches[i] * 2 + 1, width, classes, 331 + i, &images[i]);
        cases[i] = (struct training_case){.name = "loss options",
                                          .data = &images[i],
                                          .pixels = pixels,
                                          .batch = batches[i],
                                          .epochs = 1,
                                          .label_smoothing = smoothings[i % 4],
                                          .class_weights = i % 3 == 2 ? NULL : weights};
    }
}

/* Odd batches, and logits of all sizes with ties: 13 classes, of which the labels use 10. */
START_TEST(bits) {
    static const size_t batches[] = {33, 7, 16, 1, 17, 3};
    enum { CASES = sizeof batches / sizeof batches[0] };
    struct weft_network *network = training_logits(13);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "loss options bits", places);
    struct training_case cases[CASES];
    struct weft_images images[CASES];
    float pixels[256];
    layer_draw(320, 0, LAYER_WILD, pixels, 256);
    make_cases(batches, CASES, 13, 10, pixels, images, cases);
    training_check(network, cases, CASES, places, count);
    for (size_t i = 0; i < CASES; i++) {
        images_finish(&images[i]);
    }
    network_destroy(network);
}
END_TEST

/* The loss in a chain of functions, and as a phase of the kernel of many steps. The case without
 * options after one with options has those of its own call. */
START_TEST(fused) {
    static const size_t batches[] = {18, 5, 33, 16, 2};
    enum { CASES = sizeof batches / sizeof batches[0] };
    struct weft_network *network = layer_network(
        "{\"input\": [1, 1, 20], \"layers\": [{\"kind\": \"flatten\"}, {\"kind\": \"linear\", "
        "\"out_features\": 12}, {\"kind\": \"relu\"}, {\"kind\": \"linear\", \"out_features\": "
        "7}]}");
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "loss options fused", places);
    struct training_case cases[CASES];
    struct weft_images images[CASES];
    struct layer_values values;
    float pixels[256];
    count = layer_places_add_launches(places, count);
    layer_values_draw(network, 1, LAYER_PLAIN, 340, &values);
    layer_draw(341, 0, LAYER_PLAIN, pixels, 256);
    make_cases(batches, CASES, 20, 7, pixels, images, cases);
    for (size_t i = 0; i < CASES; i++) {
        cases[i].parameters = values.parameters;
        cases[i].epochs = 2;
    }
    cases[CASES - 1].label_smoothing = 0;
    cases[CASES - 1].class_weights = NULL;
    training_check(network, cases, CASES, places, count);
    for (size_t i = 0; i < CASES; i++) {
        images_finish(&images[i]);
    }
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* Values that are no smoothing and no weight. */
START_TEST(wrong) {
    static const float smoothings[] = {1, -0.1f, NAN, INFINITY};
    static const float weights[][2] = {{1, -1}, {NAN, 1}, {1, INFINITY}};
    static uint8_t pixels[2];
    static uint16_t labels[1];
    const struct weft_images images = {1, 1, 1, 2, pixels, labels, 2};
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = training_logits(2);
    struct backend *backend = layer_open(network, &place, 1, "wrong options");
    const uint32_t order[] = {0};
    const struct update update = adam_update(0.01f, 1);
    struct weft_step_result result;
    struct training_steps steps = {
        .steps = 1, .batch = 1, .images = 1, .order = order, .updates = &update};
    ck_assert_int_eq(backend_set_images(backend, 0, &images, NULL), WEFT_OK);
    ck_assert_int_eq(backend_train(backend, &steps, &result, NULL), WEFT_OK);
    for (size_t i = 0; i < sizeof smoothings / sizeof smoothings[0]; i++) {
        struct weft_error error = {0};
        steps.label_smoothing = smoothings[i];
        ck_assert_int_eq(backend_train(backend, &steps, &result, &error), WEFT_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "label_smoothing"));
    }
    steps.label_smoothing = 0;
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
        struct weft_error error = {0};
        steps.class_weights = weights[i];
        ck_assert_int_eq(backend_train(backend, &steps, &result, &error), WEFT_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "weight of class"));
    }
    backend_close(backend);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, targets);
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, bits);
    tcase_add_test(tests, fused);
    tcase_add_test(tests, wrong);
}
CHECK_MAIN("loss_options", add_tests)

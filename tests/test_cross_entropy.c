/* test_cross_entropy.c: softmax cross entropy: losses, predictions and the gradient of the logits.
 * The network returns the values of the pixels, so they are the logits. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_values.h"
#include "training_case.h"

#include <math.h>
#include <string.h>

/* Four classes, five images:
 *   0 0 0 0           label 3: p = 1/4 each, the loss is log 4, the first class is predicted
 *   -100 0 -100 -100  label 0: exp(-100) is 0, so the sum is 1 and the loss 100; p = 0 1 0 0
 *   the same          label 1: loss 0
 *   500 500 -100 0    label 1: two at 1/2, the first is predicted; loss log 2, gradient -1/2
 *                     for the label
 *   0.5 -1 0.5 -1     label 0: the first of equal ones is predicted again
 * in batches of three. log 4 and log 2 are the nearest floats. The gradient is that of the sum of
 * losses. */
START_TEST(by_hand) {
    static uint8_t pixels[] = {0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 2, 2, 1, 0, 3, 4, 3, 4};
    static uint16_t labels[] = {3, 0, 1, 1, 0};
    static const float values[256] = {0, -100, 500, 0.5f, -1};
    static const float losses[] = {1.38629436f, 100, 0, 0.69314718f};
    static const float predictions[] = {0, 1, 1, 0, 0};
    static const float correct[] = {1, 1};
    static const float gradient[] = {0.5f, -0.5f, 0, 0};
    const float means[] = {(losses[0] + losses[1]) / 3.0f, losses[3]};
    const struct weft_images five = {5, 1, 1, 4, pixels, labels, 4};
    const struct weft_images four = {4, 1, 1, 4, pixels, labels, 4};
    const struct training_case cases[] = {
        {.name = "cross_entropy by hand",
         .data = &five,
         .pixels = values,
         .batch = 3,
         .epochs = 1,
         .expected = {{"running.predictions", 5, predictions}, {"correct", 2, correct}}},
        {.name = "cross_entropy losses by hand",
         .data = &four,
         .pixels = values,
         .batch = 3,
         .epochs = 1,
         .expected = {{"running.losses", 4, losses},
                      {"loss", 2, means},
                      {"logit.grad", 4, gradient}}},
    };
    struct weft_network *network = training_logits(4);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "cross_entropy by hand", places);
    training_check(network, cases, sizeof cases / sizeof cases[0], places, count);
    network_destroy(network);
}
END_TEST

/* Computes one image in double. Returns the loss and writes the gradient. */
static double plain_image(const double *logits, size_t classes, size_t label, double *gradient) {
    double sum = 0.0;
    for (size_t k = 0; k < classes; k++) {
        sum += exp(logits[k]);
    }
    for (size_t k = 0; k < classes; k++) {
        gradient[k] = exp(logits[k]) / sum - (k == label ? 1.0 : 0.0);
    }
    return log(sum) - logits[label];
}

/* Trains one step with all ${images} as its batch, on the reference. */
static void run_reference(const struct weft_network *network, const struct weft_images *images,
                          const float *pixels, struct layer_result *result) {
    const struct training_case training = {.name = "cross_entropy",
                                           .data = images,
                                           .pixels = pixels,
                                           .batch = images->count,
                                           .epochs = 1};
    training_reference(network, &training, result);
}

static const struct {
    size_t images, classes;
    float scale; /* of the logits */
} shapes[] = {{1, 2, 1.0f},    {7, 10, 1.0f},  {17, 13, 8.0f},
              {33, 10, 40.0f}, {100, 3, 0.1f}, {20, 33, 4.0f}};

/* 1e-6 of the largest: each value is a few roundings of float away. */
START_TEST(plain) {
    size_t count = shapes[_i].images, classes = shapes[_i].classes;
    struct weft_network *network = training_logits(classes);
    double *losses = layer_alloc(count * sizeof(double)), mean = 0.0;
    double *gradients = layer_alloc(count * classes * sizeof(double));
    double *logits = layer_alloc(classes * sizeof(double));
    struct layer_result result = {0};
    struct weft_images images;
    float pixels[256];
    unsigned wrong = 0;
    training_images(count, classes, classes, 200 + (uint64_t)_i, &images);
    layer_draw(210, 0, LAYER_PLAIN, pixels, 256);
    for (size_t i = 0; i < 256; i++) {
        pixels[i] *= shapes[_i].scale;
    }
    for (size_t n = 0; n < count; n++) {
        for (size_t k = 0; k < classes; k++) {
            logits[k] = pixels[images.pixels[n * classes + k]];
        }
        losses[n] = plain_image(logits, classes, images.labels[n], gradients + n * classes);
        mean += losses[n] / (double)count;
    }
    run_reference(network, &images, pixels, &result);
    wrong += layer_result_near(&result, "running.losses", losses, 1e-6, "cross_entropy");
    wrong += layer_result_near(&result, "batch.losses", losses, 1e-6, "cross_entropy");
    wrong += layer_result_near(&result, "logit.grad", gradients, 1e-6, "cross_entropy");
    wrong += layer_result_near(&result, "loss", &mean, 1e-6, "cross_entropy");
    layer_result_finish(&result);
    images_finish(&images);
    free(losses);
    free(gradients);
    free(logits);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* Returns the sum of all losses in an evaluation with these pixels. */
static double total_loss(struct backend *backend, const float *pixels, size_t images) {
    float losses[64];
    double total = 0.0;
    struct evaluation_pass pass = {.set = WEFT_SPLIT_TEST, .count = images, .losses = losses};
    ck_assert_int_eq(backend_set_pixels(backend, pixels, NULL), WEFT_OK);
    ck_assert_int_eq(backend_evaluate(backend, &pass, NULL), WEFT_OK);
    for (size_t i = 0; i < images; i++) {
        total += (double)losses[i];
    }
    return total;
}

/* Each of 20 x 12 logits has its own byte, so its value can be changed alone. Steps of 1/64: a
 * third derivative below 1/10 gives an error of 1/10 times 1/64 squared over 6, and rounding gives
 * 2e-7 times 32. The sum is 1e-5, for gradients up to 1; the bound is 1e-4. */
START_TEST(differences) {
    enum { IMAGES = 20, CLASSES = 12 };
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = training_logits(CLASSES);
    double gradient[IMAGES * CLASSES];
    struct layer_result result = {0};
    struct weft_images images;
    struct backend *backend;
    float pixels[256];
    training_images(IMAGES, CLASSES, CLASSES, 220, &images);
    layer_draw(221, 0, LAYER_PLAIN, pixels, 256);
    for (size_t i = 0; i < IMAGES * CLASSES; i++) {
        images.pixels[i] = (uint8_t)i;
    }
    run_reference(network, &images, pixels, &result);
    backend = layer_open(network, &place, IMAGES, "cross_entropy differences");
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TEST, &images, NULL), WEFT_OK);
    for (size_t i = 0; i < IMAGES * CLASSES; i++) {
        volatile float kept = pixels[i], up = kept + 0x1p-6f, down = kept - 0x1p-6f;
        pixels[i] = up;
        gradient[i] = total_loss(backend, pixels, IMAGES);
        pixels[i] = down;
        gradient[i] -= total_loss(backend, pixels, IMAGES);
        gradient[i] /= (double)up - (double)down;
        pixels[i] = kept;
    }
    ck_assert_uint_eq(layer_result_near(&result, "logit.grad", gradient, 1e-4, "differences"), 0);
    backend_close(backend);
    layer_result_finish(&result);
    images_finish(&images);
    network_destroy(network);
}
END_TEST

/* Odd batches, and logits of all sizes with ties: 13 classes, of which the labels use 10. */
START_TEST(bits) {
    static const size_t batches[] = {33, 7, 16, 1, 17, 3};
    enum { CASES = sizeof batches / sizeof batches[0] };
    struct weft_network *network = training_logits(13);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "cross_entropy bits", places);
    struct training_case cases[CASES];
    struct weft_images images[CASES];
    float pixels[256];
    layer_draw(230, 0, LAYER_WILD, pixels, 256);
    for (size_t i = 0; i < CASES; i++) {
        training_images(batches[i] * 2 + 1, 13, 10, 231 + i, &images[i]);
        cases[i] = (struct training_case){.name = "cross_entropy",
                                          .data = &images[i],
                                          .pixels = pixels,
                                          .batch = batches[i],
                                          .epochs = 1};
    }
    training_check(network, cases, CASES, places, count);
    for (size_t i = 0; i < CASES; i++) {
        images_finish(&images[i]);
    }
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_loop_test(tests, plain, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("cross_entropy", add_tests)

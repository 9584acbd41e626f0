/* test_adam.c: steps of Adam: by hand, compared with the formulas of the paper in double, and
 * moments that fade. The network is one linear layer. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_values.h"
#include "training_case.h"

#include <math.h>
#include <string.h>

#include "train/train_model.h"

#define LINEAR(inputs, outputs)                                                                    \
    "{\"input\": [" inputs "], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "              \
    "\"out_features\": " outputs "}]}"

/* Without bias correction, and with constants that are powers of two or sums of few, all results
 * are exact. */
static const struct update simple = {.decay = 1.0f,
                                     .beta1 = 0.5f,
                                     .beta2 = 0.75f,
                                     .eps = 0.5f,
                                     .complement1 = 0.5f,
                                     .complement2 = 0.25f,
                                     .step_size = 0.25f,
                                     .root_correction = 2.0f};

/* One image (1, 3) of label 0, all parameters 0: both logits are 0, p = 1/2, dlogits -1/2 and 1/2.
 *   g = dlogit x input = -0.5 -1.5 0.5 1.5, bias -0.5 0.5
 *   m = g / 2, v = g g / 4, root = 2 sqrt(v) + 1/2 = |g| + 1/2 = 1 or 2
 *   m / root = 0.25 or 0.375, times 0.25: 0.0625 or 0.09375 against the sign of g. */
START_TEST(by_hand) {
    static uint8_t pixels[] = {1, 3};
    static uint16_t labels[] = {0};
    static const float values[256] = {0, 1, 2, 3};
    static const float zeros[6] = {0};
    static const float g[] = {-0.5f, -1.5f, 0.5f, 1.5f}, g_bias[] = {-0.5f, 0.5f};
    static const float m[] = {-0.25f, -0.75f, 0.25f, 0.75f}, m_bias[] = {-0.25f, 0.25f};
    static const float v[] = {0.0625f, 0.5625f, 0.0625f, 0.5625f}, v_bias[] = {0.0625f, 0.0625f};
    static const float w[] = {0.0625f, 0.09375f, -0.0625f, -0.09375f}, bias[] = {0.0625f, -0.0625f};
    static const float loss[] = {0.69314718f};
    const struct weft_images images = {1, 1, 1, 2, pixels, labels, 2};
    const struct training_case training = {
        .name = "adam by hand",
        .parameters = zeros,
        .data = &images,
        .pixels = values,
        .batch = 1,
        .epochs = 1,
        .updates = &simple,
        .expected = {{"l.weight.grad", 4, g},
                     {"l.bias.grad", 2, g_bias},
                     {"l.weight.moment", 4, m},
                     {"l.bias.moment", 2, m_bias},
                     {"l.weight.second_moment", 4, v},
                     {"l.bias.second_moment", 2, v_bias},
                     {"l.weight", 4, w},
                     {"l.bias", 2, bias},
                     {"loss", 1, loss}},
    };
    struct weft_network *network = layer_network(LINEAR("2", "2"));
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "adam by hand", places);
    training_check(network, &training, 1, places, count);
    network_destroy(network);
}
END_TEST

/* The constants, with 1 - beta^t by pow, which weft does not use. */
START_TEST(constants) {
    static const uint64_t steps[] = {1, 2, 3, 10, 600, 3000, 1000000};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct update adam = adam_update(0.01f, steps[i]);
        double t = (double)steps[i];
        double size = (double)0.01f / (1.0 - pow(0.9, t)), root = 1.0 / sqrt(1.0 - pow(0.999, t));
        ck_assert_double_eq_tol((double)adam.step_size / size, 1.0, 1e-7);
        ck_assert_double_eq_tol((double)adam.root_correction / root, 1.0, 1e-7);
        ck_assert_float_eq(adam.beta1, 0.9f);
        ck_assert_float_eq(adam.beta2, 0.999f);
        ck_assert_float_eq(adam.eps, 1e-8f);
        ck_assert_float_eq_tol(adam.complement1, 0.1f, 1e-8f);
        ck_assert_float_eq_tol(adam.complement2, 0.001f, 1e-10f);
    }
}
END_TEST

enum { INPUTS = 7, OUTPUTS = 5, WEIGHTS = INPUTS * OUTPUTS, ALL = WEIGHTS + OUTPUTS, IMAGES = 19 };

/* Computes the gradient of the mean loss of all images, in double. */
static void plain_gradient(const float *parameters, const struct weft_images *images,
                           const float *pixels, double *gradient) {
    memset(gradient, 0, ALL * sizeof *gradient);
    for (size_t n = 0; n < IMAGES; n++) {
        double logits[OUTPUTS], sum = 0.0;
        for (size_t o = 0; o < OUTPUTS; o++) {
            logits[o] = parameters[WEIGHTS + o];
            for (size_t i = 0; i < INPUTS; i++) {
                logits[o] += (double)parameters[o * INPUTS + i] *
                             (double)pixels[images->pixels[n * INPUTS + i]];
            }
            sum += exp(logits[o]);
        }
        for (size_t o = 0; o < OUTPUTS; o++) {
            double d =
                (exp(logits[o]) / sum - (o == images->labels[n] ? 1.0 : 0.0)) / (double)IMAGES;
            gradient[WEIGHTS + o] += d;
            for (size_t i = 0; i < INPUTS; i++) {
                gradient[o * INPUTS + i] += d * (double)pixels[images->pixels[n * INPUTS + i]];
            }
        }
    }
}

/* The flat arrays of the backend. */
struct state {
    float parameters[ALL], gradients[ALL], moments[ALL], second_moments[ALL];
};

static void read_state(struct backend *backend, struct state *state) {
    ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, state->parameters, NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_GRADIENTS, state->gradients, NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_MOMENTS, state->moments, NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_SECOND_MOMENTS, state->second_moments, NULL),
                     WEFT_OK);
}

static void check_near(float value, double expected, double tolerance, const char *what, size_t i) {
    ck_assert_msg(fabs((double)value - expected) <= tolerance, "%s %zu: %.9g, expected %.9g", what,
                  i, (double)value, expected);
}

/* Checks the step from ${before} to ${after} by the formulas of the paper. The gradient may differ
 * by 1e-6 (its values are about 0.3). With this gradient, each number may differ by a few
 * roundings: 1e-6 of values up to 1, of second moments up to 0.1 and of steps of about 0.01. */
static void check_step(const struct state *before, const struct state *after,
                       const double *gradient, size_t t) {
    for (size_t i = 0; i < ALL; i++) {
        double g = after->gradients[i];
        double m = 0.9 * (double)before->moments[i] + 0.1 * g;
        double v = 0.999 * (double)before->second_moments[i] + 0.001 * g * g;
        double step = 0.01 * (m / (1.0 - pow(0.9, (double)t))) /
                      (sqrt(v / (1.0 - pow(0.999, (double)t))) + 1e-8);
        check_near(after->gradients[i], gradient[i], 1e-6, "gradient", i);
        check_near(after->moments[i], m, 1e-7, "moment", i);
        check_near(after->second_moments[i], v, 1e-9, "second moment", i);
        check_near(after->parameters[i], (double)before->parameters[i] - step, 2e-7, "parameter",
                   i);
    }
}

START_TEST(plain) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = layer_network(LINEAR("7", "5"));
    struct backend *backend = layer_open(network, &place, IMAGES, "adam");
    struct weft_images images;
    struct state before = {0}, after;
    double gradient[ALL];
    float pixels[256];
    uint32_t order[IMAGES];
    training_images(IMAGES, INPUTS, OUTPUTS, 300, &images);
    layer_draw(301, 0, LAYER_PLAIN, pixels, 256);
    layer_draw(302, 0, LAYER_PLAIN, before.parameters, ALL);
    for (uint32_t i = 0; i < IMAGES; i++) {
        order[i] = i;
    }
    ck_assert_int_eq(backend_set_pixels(backend, pixels, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, NULL), WEFT_OK);
    ck_assert_int_eq(backend_write(backend, ARRAY_PARAMETERS, before.parameters, NULL), WEFT_OK);
    for (size_t t = 1; t <= 30; t++) {
        const struct update adam = adam_update(0.01f, t);
        const struct training_steps steps = {1, IMAGES, IMAGES, order, &adam};
        struct weft_step_result result;
        plain_gradient(before.parameters, &images, pixels, gradient);
        ck_assert_int_eq(backend_train(backend, &steps, &result, NULL), WEFT_OK);
        read_state(backend, &after);
        check_step(&before, &after, gradient, t);
        before = after;
    }
    backend_close(backend);
    images_finish(&images);
    network_destroy(network);
}
END_TEST

/* After one image, all images are black, so the gradients of the weights are 0. With betas of 1/2,
 * the moments of the weights halve at each step, and become exactly 0 at the thresholds 2^-36 and
 * 2^-72. Without the thresholds they would be denormal after some 130 steps, and devices that
 * flush denormals would differ. */
START_TEST(decaying) {
    enum { STEPS = 140 };
    static const float values[256] = {0, 1};
    static const float parameters[6] = {0};
    static const float zeros[4] = {0};
    static uint16_t labels[STEPS];
    static uint8_t pixels[STEPS * 2] = {1, 1};
    static struct update adam[STEPS];
    const struct weft_images images[] = {{30, 1, 1, 2, pixels, labels, 2},
                                         {60, 1, 1, 2, pixels, labels, 2},
                                         {STEPS, 1, 1, 2, pixels, labels, 2}};
    /* g = 1/2: m = 2^-2 and v = 2^-3 after the first step; halved 29 times: 2^-31 and 2^-32;
     * halved 59 times: 0 and 2^-62 */
    static const float m[] = {-0x1p-31f, -0x1p-31f, 0x1p-31f, 0x1p-31f};
    static const float v[] = {0x1p-32f, 0x1p-32f, 0x1p-32f, 0x1p-32f};
    static const float v60[] = {0x1p-62f, 0x1p-62f, 0x1p-62f, 0x1p-62f};
    struct training_case cases[] = {
        {.name = "adam after 30 steps",
         .expected = {{"l.weight.moment", 4, m}, {"l.weight.second_moment", 4, v}}},
        {.name = "adam after 60 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight.second_moment", 4, v60}}},
        {.name = "adam after 140 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight.second_moment", 4, zeros}}},
    };
    struct weft_network *network = layer_network(LINEAR("2", "2"));
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "adam fading", places);
    count = layer_places_add_flushing(places, count);
    for (size_t i = 0; i < STEPS; i++) {
        adam[i] = simple;
        adam[i].beta2 = adam[i].complement2 = 0.5f;
    }
    for (size_t i = 0; i < 3; i++) {
        cases[i].parameters = parameters;
        cases[i].data = &images[i];
        cases[i].pixels = values;
        cases[i].batch = 1;
        cases[i].epochs = 1;
        cases[i].updates = adam;
    }
    training_check(network, cases, 3, places, count);
    network_destroy(network);
}
END_TEST

/* Odd numbers of parameters: 1 x 2 + 2 up to 33 x 3 + 3, and batches of several shards. */
START_TEST(bits) {
    static const char *const networks[] = {LINEAR("33", "3"), LINEAR("1", "2")};
    static const size_t widths[] = {33, 1};
    static const size_t batches[] = {33, 7, 1, 17};
    size_t width = widths[_i];
    struct weft_network *network = layer_network(networks[_i]);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "adam bits", places);
    struct training_case cases[4];
    struct weft_images images[4];
    float pixels[256], parameters[102];
    layer_draw(310, 0, LAYER_WILD, pixels, 256);
    layer_draw(311, 0, LAYER_FAINT, parameters, 102);
    for (size_t i = 0; i < 4; i++) {
        training_images(2 * batches[i] + 1, width, 2, 312 + i, &images[i]);
        cases[i] = (struct training_case){.name = "adam",
                                          .parameters = parameters,
                                          .data = &images[i],
                                          .pixels = pixels,
                                          .batch = batches[i],
                                          .epochs = 2};
    }
    training_check(network, cases, 4, places, count);
    for (size_t i = 0; i < 4; i++) {
        images_finish(&images[i]);
    }
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, constants);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, decaying);
    tcase_add_loop_test(tests, bits, 0, 2);
}
CHECK_MAIN("update", add_tests)

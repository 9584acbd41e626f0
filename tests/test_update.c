/* test_update.c: the update of a step: by hand, compared with the formulas in double, values that
 * fade, and equal bits. The network is one linear layer. test_optimizer.c compares with PyTorch. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_values.h"
#include "training_case.h"

#include <math.h>
#include <string.h>

#include "train/optimizer.h"

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

/* SGD with everything. Image (55, 4) of label 0, all parameters 1/2, so p = 1/2 again:
 *   g = -27.5 -2 27.5 2, bias -0.5 0.5: the norm is 39, with 1e-6 the same float; clipped to a
 *       quarter of it: -6.875 -0.5 6.875 0.5, bias -0.125 0.125
 *   p = 1/4 by the decay, g = g + 1/8 by the penalty, m = g, change 3/2 g, rate 1/4 */
START_TEST(sgd_by_hand) {
    static uint8_t pixels[] = {1, 2};
    static uint16_t labels[] = {0};
    static const float values[256] = {0, 55, 4};
    static const float halves[] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    static const float g[] = {-6.875f, -0.5f, 6.875f, 0.5f}, g_bias[] = {-0.125f, 0.125f};
    static const float m[] = {-6.75f, -0.375f, 7.0f, 0.625f}, m_bias[] = {0.0f, 0.25f};
    static const float w[] = {2.78125f, 0.390625f, -2.375f, 0.015625f}, bias[] = {0.25f, 0.15625f};
    static const float none[] = {0, 0, 0, 0};
    static const struct update sgd = {.decay = 0.5f,
                                      .penalty = 0.5f,
                                      .beta1 = 0.5f,
                                      .step_size = 0.25f,
                                      .clip_norm = 9.75f,
                                      .sgd = true,
                                      .nesterov = true};
    const struct weft_images images = {1, 1, 1, 2, pixels, labels, 2};
    const struct training_case training = {
        .name = "sgd by hand",
        .parameters = halves,
        .data = &images,
        .pixels = values,
        .batch = 1,
        .epochs = 1,
        .updates = &sgd,
        .expected = {{"l.weight.grad", 4, g},
                     {"l.bias.grad", 2, g_bias},
                     {"l.weight.moment", 4, m},
                     {"l.bias.moment", 2, m_bias},
                     {"l.weight.second_moment", 4, none},
                     {"l.weight", 4, w},
                     {"l.bias", 2, bias}},
    };
    struct weft_network *network = layer_network(LINEAR("2", "2"));
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "sgd by hand", places);
    training_check(network, &training, 1, places, count);
    network_destroy(network);
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

/* Returns what clip_norm multiplies ${gradient} by. */
static double coefficient_of(const struct weft_recipe *recipe, const double *gradient) {
    const double most = (double)recipe->clip_norm;
    double sum = 0;
    for (size_t i = 0; i < ALL; i++) {
        sum += gradient[i] * gradient[i];
    }
    return most > 0 && most < sqrt(sum) ? most / (sqrt(sum) + 1e-6) : 1.0;
}

/* Checks the step from ${before} to ${after} by the formulas of the papers. The gradient may differ
 * by 1e-6 (its values are about 0.3). With this gradient, each number may differ by a few
 * roundings: 1e-6 of values up to 1, of second moments up to 0.1 and of steps of about 0.01. */
static void check_step(const struct weft_recipe *recipe, const struct state *before,
                       const struct state *after, const double *gradient, size_t t) {
    const bool sgd = recipe->optimizer == WEFT_OPTIMIZER_SGD;
    const bool adamw = recipe->optimizer == WEFT_OPTIMIZER_ADAMW;
    const double clip = coefficient_of(recipe, gradient), momentum = (double)recipe->momentum;
    const double decay = (double)recipe->weight_decay;
    for (size_t i = 0; i < ALL; i++) {
        const double kept = (double)before->parameters[i] * (adamw ? 1 - 0.01 * decay : 1);
        const double g = (double)after->gradients[i] + (adamw ? 0 : decay * kept);
        const double m = sgd ? momentum * (double)before->moments[i] + g
                             : 0.9 * (double)before->moments[i] + 0.1 * g;
        const double v = sgd ? 0 : 0.999 * (double)before->second_moments[i] + 0.001 * g * g;
        const double change = sgd ? (recipe->nesterov ? g + momentum * m : m)
                                  : m / (1.0 - pow(0.9, (double)t)) /
                                        (sqrt(v / (1.0 - pow(0.999, (double)t))) + 1e-8);
        check_near(after->gradients[i], clip * gradient[i], 1e-6, "gradient", i);
        check_near(after->moments[i], m, sgd ? 1e-6 : 1e-7, "moment", i);
        check_near(after->second_moments[i], v, 1e-9, "second moment", i);
        check_near(after->parameters[i], kept - 0.01 * change, 2e-7, "parameter", i);
    }
}

/* Each member of a recipe that changes the update, clipped or not: the norm is about 1. */
static const struct weft_recipe recipes[] = {
    WEFT_RECIPE_PUBLISHED,
    {.optimizer = WEFT_OPTIMIZER_ADAM, .weight_decay = 0.1f, .clip_norm = 0.3f},
    {.optimizer = WEFT_OPTIMIZER_ADAMW, .weight_decay = 0.5f, .clip_norm = 100.0f},
    {.optimizer = WEFT_OPTIMIZER_SGD},
    {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f, .weight_decay = 0.1f},
    {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f, .nesterov = true, .clip_norm = 0.3f},
};
enum { RECIPES = sizeof recipes / sizeof recipes[0] };

START_TEST(plain) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = layer_network(LINEAR("7", "5"));
    struct backend *backend = layer_open(network, &place, IMAGES, "plain");
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
        const struct update update = optimizer_update(&recipes[_i], 0.01, t);
        const struct training_steps steps = {1, IMAGES, IMAGES, order, &update};
        struct weft_step_result result;
        plain_gradient(before.parameters, &images, pixels, gradient);
        ck_assert_int_eq(backend_train(backend, &steps, &result, NULL), WEFT_OK);
        read_state(backend, &after);
        check_step(&recipes[_i], &before, &after, gradient, t);
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
    static const float halves[6] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    static const float zeros[4] = {0};
    static uint16_t labels[STEPS];
    static uint8_t pixels[STEPS * 2] = {1, 1};
    static struct update adam[STEPS], sgd[STEPS];
    const struct weft_images images[] = {{30, 1, 1, 2, pixels, labels, 2},
                                         {60, 1, 1, 2, pixels, labels, 2},
                                         {STEPS, 1, 1, 2, pixels, labels, 2}};
    /* g = 1/2: m = 2^-2 and v = 2^-3 after the first step; halved 29 times: 2^-31 and 2^-32;
     * halved 59 times: 0 and 2^-62 */
    static const float m[] = {-0x1p-31f, -0x1p-31f, 0x1p-31f, 0x1p-31f};
    static const float v[] = {0x1p-32f, 0x1p-32f, 0x1p-32f, 0x1p-32f};
    static const float v60[] = {0x1p-62f, 0x1p-62f, 0x1p-62f, 0x1p-62f};
    /* Of SGD, m = 1/2 after the first step, and the parameters decay from 1/2 */
    static const float sgd_m[] = {-0x1p-30f, -0x1p-30f, 0x1p-30f, 0x1p-30f};
    static const float kept[] = {0x1p-31f, 0x1p-31f, 0x1p-31f, 0x1p-31f};
    struct training_case cases[] = {
        {.name = "adam after 30 steps",
         .expected = {{"l.weight.moment", 4, m}, {"l.weight.second_moment", 4, v}}},
        {.name = "adam after 60 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight.second_moment", 4, v60}}},
        {.name = "adam after 140 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight.second_moment", 4, zeros}}},
        {.name = "sgd after 30 steps",
         .expected = {{"l.weight.moment", 4, sgd_m}, {"l.weight", 4, kept}}},
        {.name = "sgd after 60 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight", 4, zeros}}},
        {.name = "sgd after 140 steps",
         .expected = {{"l.weight.moment", 4, zeros}, {"l.weight", 4, zeros}}},
    };
    struct weft_network *network = layer_network(LINEAR("2", "2"));
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_TINY, "adam fading", places);
    count = layer_places_add_flushing(places, count);
    for (size_t i = 0; i < STEPS; i++) {
        adam[i] = simple;
        adam[i].beta2 = adam[i].complement2 = 0.5f;
        sgd[i] = (struct update){.decay = 0.5f, .beta1 = 0.5f, .sgd = true, .clip_norm = 1000};
    }
    for (size_t i = 0; i < 6; i++) {
        cases[i].parameters = i < 3 ? parameters : halves;
        cases[i].data = &images[i % 3];
        cases[i].pixels = values;
        cases[i].batch = 1;
        cases[i].epochs = 1;
        cases[i].updates = i < 3 ? adam : sgd;
    }
    training_check(network, cases, 6, places, count);
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

/* 33 x 40 + 40 parameters are two blocks of squares. The steps of a case have one recipe, and those
 * of the last case take turns. */
static void check_recipes(const struct layer_place *places, size_t count) {
    enum { STEPS = 4, BATCH = 23, OF_ALL = 33 * 40 + 40, LAST = RECIPES };
    static struct update updates[RECIPES + 1][2 * STEPS];
    struct weft_network *network = layer_network(LINEAR("33", "40"));
    struct training_case cases[RECIPES + 1];
    struct weft_images images;
    float pixels[256], parameters[OF_ALL];
    layer_draw(330, 0, LAYER_PLAIN, pixels, 256);
    layer_draw(331, 0, LAYER_FAINT, parameters, OF_ALL);
    training_images(STEPS * BATCH - 3, 33, 40, 332, &images);
    for (size_t i = 0; i <= LAST; i++) {
        for (size_t step = 0; step < 2 * STEPS; step++) {
            const struct weft_recipe *recipe = &recipes[i < LAST ? i : step % RECIPES];
            updates[i][step] = optimizer_update(recipe, 0.01, step + 1);
        }
        cases[i] = (struct training_case){.name = i < LAST ? "a recipe" : "recipes in turns",
                                          .parameters = parameters,
                                          .data = &images,
                                          .pixels = pixels,
                                          .batch = BATCH,
                                          .epochs = 2,
                                          .updates = updates[i]};
    }
    training_check(network, cases, RECIPES + 1, places, count);
    images_finish(&images);
    network_destroy(network);
}

START_TEST(bits_of_recipes) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "recipes", places);
    check_recipes(places, count);
}
END_TEST

/* The kernel of many steps, too. */
START_TEST(bits_of_recipes_fused) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "recipes, fused", places);
    check_recipes(places, count);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, sgd_by_hand);
    tcase_add_loop_test(tests, plain, 0, RECIPES);
    tcase_add_test(tests, decaying);
    tcase_add_loop_test(tests, bits, 0, 2);
    tcase_add_test(tests, bits_of_recipes);
    tcase_add_test(tests, bits_of_recipes_fused);
}
CHECK_MAIN("update", add_tests)

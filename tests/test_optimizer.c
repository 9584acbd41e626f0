/* test_optimizer.c: the constants of the optimisers, PyTorch's steps, and norms that are infinite
 * or NaN. The network has one input, which is 1, so the gradients are those of the outputs. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_places.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "train/optimizer.h"

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

START_TEST(constants_of_recipes) {
    const struct weft_recipe adamw = {
        .optimizer = WEFT_OPTIMIZER_ADAMW, .weight_decay = 0.5f, .clip_norm = 2.0f};
    const struct weft_recipe adam = {.optimizer = WEFT_OPTIMIZER_ADAM, .weight_decay = 0.5f};
    const struct weft_recipe sgd = {.optimizer = WEFT_OPTIMIZER_SGD,
                                    .momentum = 0.9f,
                                    .nesterov = true,
                                    .weight_decay = 0x1p-40f};
    const struct update none = adam_update(0.01f, 3);
    struct update update = optimizer_update(&adamw, 0.25, 3);
    ck_assert_float_eq(none.decay, 1.0f);
    ck_assert(none.penalty == 0 && none.clip_norm == 0 && !none.sgd && !none.nesterov);
    ck_assert_float_eq(update.decay, 0.875f);
    ck_assert(update.penalty == 0 && update.clip_norm == 2.0f && !update.sgd);
    update = optimizer_update(&adam, 0.25, 3);
    ck_assert(update.decay == 1.0f && update.penalty == 0.5f && update.clip_norm == 0);
    update = optimizer_update(&sgd, 0.25, 3);
    ck_assert(update.sgd && update.nesterov && update.decay == 1.0f);
    ck_assert_float_eq(update.beta1, 0.9f);
    ck_assert_float_eq(update.step_size, 0.25f);
    ck_assert(update.penalty == 0); /* below the threshold */
    ck_assert(optimizer_update(&sgd, 0x1p-73, 3).step_size == 0);
}
END_TEST

enum { OUTPUTS = 8, ALL = 2 * OUTPUTS, STEPS = 5 };

/* Makes the step ${update} with the gradient ${g} of each output. */
static void make_step(struct backend *backend, const float g[OUTPUTS],
                      const struct update *update) {
    static const float one[] = {1.0f};
    struct weft_error error = {0};
    const enum weft_status status =
        backend_forward(backend, WEFT_STATISTICS_BATCH, 1, one, &error) == WEFT_OK &&
                backend_backward(backend, g, &error) == WEFT_OK &&
                backend_step(backend, update, &error) == WEFT_OK
            ? WEFT_OK
            : error.status;
    ck_assert_msg(status == WEFT_OK, "%s", error.message);
}

/* Sets the parameters, and moments to 0. */
static void set_values(struct backend *backend, const float parameters[ALL]) {
    static const float zeros[ALL];
    ck_assert_int_eq(backend_write(backend, ARRAY_PARAMETERS, parameters, NULL), WEFT_OK);
    ck_assert_int_eq(backend_write(backend, ARRAY_MOMENTS, zeros, NULL), WEFT_OK);
    ck_assert_int_eq(backend_write(backend, ARRAY_SECOND_MOMENTS, zeros, NULL), WEFT_OK);
}

/* The optimisers of tools/maintain/make-updates. */
static const struct {
    const char *name;
    double rate;
    struct weft_recipe recipe;
} vectors[] = {
    {"adam", 0.01, WEFT_RECIPE_PUBLISHED},
    {"adam, penalty", 0.01, {.weight_decay = 0.1f}},
    {"adam, penalty, clipped", 0.01, {.weight_decay = 0.1f, .clip_norm = 2}},
    {"adamw", 0.01, {.optimizer = WEFT_OPTIMIZER_ADAMW, .weight_decay = 0.5f}},
    {"adamw, clipped",
     0.01,
     {.optimizer = WEFT_OPTIMIZER_ADAMW, .weight_decay = 0.5f, .clip_norm = 2}},
    {"sgd", 0.1, {.optimizer = WEFT_OPTIMIZER_SGD}},
    {"sgd, penalty", 0.1, {.optimizer = WEFT_OPTIMIZER_SGD, .weight_decay = 0.25f}},
    {"sgd, momentum", 0.1, {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f}},
    {"sgd, momentum, clipped",
     0.1,
     {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f, .clip_norm = 2}},
    {"sgd, momentum, small",
     0.1,
     {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f, .clip_norm = 1000}},
    {"sgd, nesterov", 0.1, {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.9f, .nesterov = true}},
    {"sgd, nesterov, penalty, clipped",
     0.1,
     {.optimizer = WEFT_OPTIMIZER_SGD,
      .momentum = 0.9f,
      .nesterov = true,
      .weight_decay = 0.25f,
      .clip_norm = 2}},
};
enum { VECTORS = sizeof vectors / sizeof vectors[0] };

/* Copies the list ${name}, of ${count} numbers. */
static void copy(const json_t *file, const char *name, size_t count, float *values) {
    const json_t *list = json_object_get(file, name), *value;
    size_t i;
    ck_assert_msg(json_array_size(list) == count, "%s", name);
    json_array_foreach(list, i, value) {
        values[i] = (float)json_number_value(value);
    }
}

/* Makes the steps of ${v} and stores the parameters after each. */
static void run(struct backend *backend, const json_t *file, size_t v, float after[STEPS * ALL]) {
    float initial[ALL], gradients[STEPS * OUTPUTS];
    copy(file, "initial", ALL, initial);
    copy(file, "gradients", STEPS * OUTPUTS, gradients);
    set_values(backend, initial);
    for (size_t step = 0; step < STEPS; step++) {
        const struct update update =
            optimizer_update(&vectors[v].recipe, vectors[v].rate, step + 1);
        make_step(backend, gradients + step * OUTPUTS, &update);
        ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, after + step * ALL, NULL),
                         WEFT_OK);
    }
}

/* Compares the parameters after each step with PyTorch's: they are about 1, and may differ by a few
 * roundings. */
static void compare(const json_t *file, const char *name, const float after[STEPS * ALL]) {
    float expected[STEPS * ALL];
    copy(file, name, STEPS * ALL, expected);
    for (size_t i = 0; i < STEPS * ALL; i++) {
        ck_assert_msg(fabsf(after[i] - expected[i]) < 1e-6f,
                      "%s, step %zu, parameter %zu: %.9g, PyTorch has %.9g", name, i / ALL + 1,
                      i % ALL, (double)after[i], (double)expected[i]);
    }
}

/* The bits of the other places are those of the first. */
START_TEST(pytorch) {
    static float first[VECTORS][STEPS * ALL], after[STEPS * ALL];
    struct weft_network *network =
        layer_network("{\"input\": [1], \"layers\": [{\"kind\": \"linear\", "
                      "\"out_features\": 8}]}");
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list(LAYER_SMALL, "PyTorch's optimisers", places);
    json_t *file;
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/updates.json", source_root());
    file = json_load_file(path, 0, NULL);
    for (size_t p = 0; p < count; p++) {
        struct backend *backend = layer_open(network, &places[p], 1, "optimisers");
        for (size_t v = 0; v < VECTORS; v++) {
            run(backend, file, v, p == 0 ? first[v] : after);
            ck_assert_msg(p == 0 || memcmp(first[v], after, sizeof after) == 0, "%s: %s",
                          places[p].name, vectors[v].name);
            if (p == 0) {
                compare(file, vectors[v].name, first[v]);
            }
        }
        backend_close(backend);
    }
    json_decref(file);
    network_destroy(network);
}
END_TEST

/* A norm above the largest float makes the gradients 0, as PyTorch does. But a gradient that is no
 * number reaches parameters, so that the training finds it: NaN all of them, infinity its own. */
START_TEST(norms) {
    const struct weft_recipe recipe = {.optimizer = WEFT_OPTIMIZER_SGD, .clip_norm = 1};
    const struct update update = optimizer_update(&recipe, 0.25, 1);
    struct weft_network *network =
        layer_network("{\"input\": [1], \"layers\": [{\"kind\": \"linear\", "
                      "\"out_features\": 8}]}");
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list(LAYER_SMALL, "norms", places);
    float initial[ALL], g[3][OUTPUTS] = {{0}}, after[ALL];
    for (size_t i = 0; i < ALL; i++) {
        initial[i] = 1.0f;
    }
    g[0][3] = 1e30f;
    g[1][3] = INFINITY;
    g[2][3] = NAN;
    for (size_t p = 0; p < count; p++) {
        struct backend *backend = layer_open(network, &places[p], 1, "norms");
        for (size_t which = 0; which < 3; which++) {
            set_values(backend, initial);
            make_step(backend, g[which], &update);
            ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, after, NULL), WEFT_OK);
            for (size_t i = 0; i < ALL; i++) {
                const bool nan = which == 2 || (which == 1 && i % OUTPUTS == 3);
                ck_assert_msg(nan ? isnan(after[i]) : after[i] == 1.0f, "%s: %zu: %zu: %g",
                              places[p].name, which, i, (double)after[i]);
            }
        }
        backend_close(backend);
    }
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, constants);
    tcase_add_test(tests, constants_of_recipes);
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, norms);
}
CHECK_MAIN("optimizer", add_tests)

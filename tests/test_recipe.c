/* test_recipe.c: the learning rate of each step, and the weights of classes: as PyTorch's, and by
 * hand. */
#include "check_weft.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "train/class_weights.h"
#include "train/rate.h"

/* ---- PyTorch's schedulers ---- */

static enum weft_schedule schedule_of(const char *name) {
    return strcmp(name, "cosine") == 0      ? WEFT_SCHEDULE_COSINE
           : strcmp(name, "one-cycle") == 0 ? WEFT_SCHEDULE_ONE_CYCLE
           : strcmp(name, "step") == 0      ? WEFT_SCHEDULE_STEP
                                            : WEFT_SCHEDULE_CONSTANT;
}

static double number(const json_t *json, const char *name) {
    return json_number_value(json_object_get(json, name));
}

/* PyTorch computes some rates from that of the step before, so errors add up. */
static void compare(const json_t *json) {
    const json_t *rates = json_object_get(json, "rates"), *rate;
    const double largest = number(json, "rate");
    const struct weft_recipe recipe = {
        .schedule = schedule_of(json_string_value(json_object_get(json, "schedule"))),
        .step_epochs = (size_t)number(json, "step_epochs"),
        .step_factor = (float)number(json, "step_factor"),
        .warmup_steps = (uint64_t)number(json, "warmup_steps"),
        .warmup_fraction = (float)number(json, "warmup_fraction"),
    };
    const uint64_t steps = (uint64_t)number(json, "steps");
    const size_t of_epoch = (size_t)number(json, "epoch_steps");
    size_t i;
    ck_assert_uint_eq(json_array_size(rates), steps);
    json_array_foreach(rates, i, rate) {
        const struct rate_position position = {i, steps, of_epoch > 0 ? i / of_epoch : 0};
        const double own = rate_of_step(&recipe, largest, &position);
        ck_assert_msg(fabs(own - json_number_value(rate)) <= 1e-14 * largest,
                      "%s, step %zu of %zu: %.17g, PyTorch's is %.17g",
                      json_string_value(json_object_get(json, "schedule")), i, (size_t)steps, own,
                      json_number_value(rate));
    }
}

START_TEST(pytorch) {
    char path[4096];
    json_t *list, *json;
    size_t i;
    snprintf(path, sizeof path, "%s/tests/vectors/schedules.json", source_root());
    list = json_load_file(path, 0, NULL);
    ck_assert_uint_ge(json_array_size(list), 16);
    json_array_foreach(list, i, json) {
        compare(json);
    }
    json_decref(list);
}
END_TEST

/* ---- by hand ---- */

static double rate_at(const struct weft_recipe *recipe, uint64_t step, uint64_t steps) {
    return rate_of_step(recipe, 2.0, &(struct rate_position){step, steps, 0});
}

/* The cosine, whose symmetries are exact. */
START_TEST(cosine) {
    ck_assert(rate_cos_pi(0.0) == 1.0);
    ck_assert(rate_cos_pi(0.5) == 0.0);
    ck_assert(rate_cos_pi(1.0) == -1.0);
    for (size_t i = 0; i <= 100000; i++) {
        const double x = (double)i / 100000, wanted = cos(0x1.921fb54442d18p+1 * x);
        ck_assert(fabs(rate_cos_pi(x) - wanted) <= 5e-16);
        ck_assert(x <= 0.5 || rate_cos_pi(x) == -rate_cos_pi(1.0 - x));
    }
    ck_assert(fabs(rate_cos_pi(1.0 / 3) - 0.5) <= 2e-16);
    ck_assert(fabs(rate_cos_pi(0.25) - sqrt(0.5)) <= 2e-16);
}
END_TEST

START_TEST(end_points) {
    const struct weft_recipe published = WEFT_RECIPE_PUBLISHED;
    const struct weft_recipe cosine_only = {.schedule = WEFT_SCHEDULE_COSINE};
    const struct weft_recipe warm = {.schedule = WEFT_SCHEDULE_COSINE, .warmup_steps = 4};
    const struct weft_recipe cycle = {.schedule = WEFT_SCHEDULE_ONE_CYCLE, .warmup_steps = 11};
    ck_assert(rate_at(&published, 0, 10) == 2.0 && rate_at(&published, 9, 10) == 2.0);
    /* R, half of it in the middle, and nearly 0. */
    ck_assert(rate_at(&cosine_only, 0, 8) == 2.0);
    ck_assert(rate_at(&cosine_only, 4, 8) == 1.0);
    ck_assert(rate_at(&cosine_only, 7, 8) > 0.0 && rate_at(&cosine_only, 7, 8) < 0.1);
    /* A quarter of R more with each of four steps; then the cosine begins with R. */
    for (uint64_t step = 0; step < 4; step++) {
        ck_assert(rate_at(&warm, step, 12) == 0.5 * (double)(step + 1));
    }
    ck_assert(rate_at(&warm, 4, 12) == 2.0 && rate_at(&warm, 8, 12) == 1.0);
    /* R / 25, R, R / 10000, and half-way between them. */
    ck_assert(fabs(rate_at(&cycle, 0, 31) - 0.08) <= 1e-16);
    ck_assert(fabs(rate_at(&cycle, 5, 31) - 1.04) <= 1e-15);
    ck_assert(rate_at(&cycle, 10, 31) == 2.0);
    ck_assert(fabs(rate_at(&cycle, 20, 31) - 1.0001) <= 1e-15);
    ck_assert(fabs(rate_at(&cycle, 30, 31) - 0.0002) <= 1e-18);
}
END_TEST

/* One step, a warmup of all steps but the last, and fractions. */
START_TEST(short_trainings) {
    static const enum weft_schedule schedules[] = {WEFT_SCHEDULE_CONSTANT, WEFT_SCHEDULE_COSINE,
                                                   WEFT_SCHEDULE_ONE_CYCLE, WEFT_SCHEDULE_STEP};
    for (size_t i = 0; i < 4; i++) {
        struct weft_recipe recipe = {
            .schedule = schedules[i], .step_epochs = i == 3, .step_factor = i == 3 ? 0.5f : 0};
        const double only = rate_at(&recipe, 0, 1);
        ck_assert(schedules[i] == WEFT_SCHEDULE_ONE_CYCLE ? fabs(only - 0.0002) < 1e-18
                                                          : only == 2.0);
        recipe.warmup_steps = 9;
        ck_assert(rate_at(&recipe, 8, 10) == 2.0);
        ck_assert(schedules[i] == WEFT_SCHEDULE_ONE_CYCLE
                      ? fabs(rate_at(&recipe, 9, 10) - 0.0002) < 1e-18
                      : rate_at(&recipe, 9, 10) == 2.0);
        recipe.warmup_steps = 0;
        recipe.warmup_fraction = 0.99f; /* rounded: all steps, and so one less */
        for (uint64_t step = 0; step < 10; step++) {
            const double rate = rate_at(&recipe, step, 10);
            ck_assert(rate > 0 && rate <= 2.0);
        }
        if (schedules[i] != WEFT_SCHEDULE_ONE_CYCLE) {
            ck_assert(rate_at(&recipe, 0, 10) == 2.0 / 9 && rate_at(&recipe, 9, 10) == 2.0);
        }
    }
}
END_TEST

/* Percentages of which the steps end in a half: W is rounded up, whatever the float is. */
START_TEST(halves) {
    static const struct {
        float fraction;
        uint64_t steps, warmup;
    } cases[] = {{0.35f, 10, 4}, {0.3f, 5, 2},   {0.15f, 10, 2},    {0.45f, 30, 14},
                 {0.05f, 10, 1}, {0.07f, 50, 4}, {0.345f, 100, 35}, {0.34f, 10, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct weft_recipe recipe = {.warmup_fraction = cases[i].fraction};
        const double first = 2.0 / (double)cases[i].warmup;
        ck_assert_msg(rate_at(&recipe, 0, cases[i].steps) == first, "case %zu", i);
    }
}
END_TEST

/* The mean rate of a half cosine is the mean of its ends: with S - W large, to 1 / (S - W). */
START_TEST(sums) {
    const struct weft_recipe recipe = {.schedule = WEFT_SCHEDULE_COSINE, .warmup_steps = 1000};
    const struct weft_recipe cycle = {.schedule = WEFT_SCHEDULE_ONE_CYCLE, .warmup_steps = 1001};
    double sum = 0.0, up = 0.0;
    for (uint64_t step = 0; step < 3000; step++) {
        sum += rate_at(&recipe, step, 3000);
        up += step <= 1000 ? rate_at(&cycle, step, 3000) : 0.0;
    }
    /* The warmup: R (1 + ... + W) / W. The cosine, with both ends: R (n + 1) / 2 - 0. */
    ck_assert(fabs(sum - (2.0 * 1001 / 2 + 2.0 * 2001 / 2)) <= 1e-9);
    ck_assert(fabs(up - 1001 * (2.0 + 0.08) / 2) <= 1e-9);
}
END_TEST

START_TEST(warmup_of_all_steps) {
    struct weft_recipe recipe = {.warmup_steps = 600};
    struct weft_error error = {0};
    ck_assert_int_eq(rate_check(&recipe, 600, &error), WEFT_USAGE);
    ck_assert_str_eq(error.message, "recipe.warmup_steps is 600: it must be below the 600 steps of "
                                    "the training");
    ck_assert_int_eq(rate_check(&recipe, 601, &error), WEFT_OK);
    recipe.warmup_steps = 0;
    ck_assert_int_eq(rate_check(&recipe, 1, &error), WEFT_OK);
}
END_TEST

/* ---- weights of classes ---- */

START_TEST(balanced) {
    static const uint16_t labels[] = {0, 2, 2, 0, 2, 2, 2, 2, 4, 2, 2, 2};
    static const uint32_t order[] = {8, 0, 1, 3, 2};
    struct weft_error error = {0};
    float weights[6];
    ck_assert_int_eq(class_weights_balanced(labels, 12, 6, weights, &error), WEFT_OK);
    /* 12 images of 3 classes: 2 of class 0, 9 of class 2, 1 of class 4. */
    ck_assert(weights[0] == 2.0f && weights[2] == (float)(4.0 / 9) && weights[4] == 4.0f);
    ck_assert(weights[1] == 0.0f && weights[3] == 0.0f && weights[5] == 0.0f);
    ck_assert(class_weights_sum(weights, labels, order, 5) ==
              (float)(8.0 + 2.0 * (double)(float)(4.0 / 9)));
    ck_assert(class_weights_sum(weights, labels, order, 1) == 4.0f);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, cosine);
    tcase_add_test(tests, end_points);
    tcase_add_test(tests, short_trainings);
    tcase_add_test(tests, halves);
    tcase_add_test(tests, sums);
    tcase_add_test(tests, warmup_of_all_steps);
    tcase_add_test(tests, balanced);
}

CHECK_MAIN("recipe", add_tests)

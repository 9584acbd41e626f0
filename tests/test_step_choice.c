/* test_step_choice.c: the choice between launches and one kernel, with costs that are made up. */
#include "backend/opencl/step_choice.h"
#include "check_weft.h"

/* Makes ${seconds} of steps, of which one takes cost[way]. Returns the seconds of each way. */
static void train(struct step_choice *choice, double seconds, const double cost[STEP_WAYS],
                  double spent[STEP_WAYS]) {
    spent[STEP_LAUNCHES] = spent[STEP_KERNEL] = 0;
    while (spent[STEP_LAUNCHES] + spent[STEP_KERNEL] < seconds) {
        enum step_way way;
        size_t steps = step_choice_next(choice, 600, &way);
        ck_assert_uint_ge(steps, 1);
        ck_assert_uint_le(steps, 600);
        step_choice_measured(choice, way, steps, (double)steps * cost[way]);
        spent[way] += (double)steps * cost[way];
    }
}

static const struct step_choice new = {.way = STEP_KERNEL};

/* It begins with the kernel, and the faster way gets nearly all of the time. */
START_TEST(faster) {
    static const double kernel[] = {1.0e-3, 0.7e-3}, launches[] = {1.0e-3, 1.4e-3};
    struct step_choice choice = new;
    double spent[STEP_WAYS];
    train(&choice, 2.9, kernel, spent);
    ck_assert(spent[STEP_LAUNCHES] == 0);
    train(&choice, 10, kernel, spent);
    ck_assert_double_gt(spent[STEP_KERNEL], 9.5);
    choice = new;
    train(&choice, 3.5, launches, spent);
    train(&choice, 10, launches, spent);
    ck_assert_double_gt(spent[STEP_LAUNCHES], 9.5);
}
END_TEST

/* When other programs make the kernel slower, launches are back within 0.7 seconds; later the
 * kernel is, too. */
START_TEST(changes) {
    static const double quiet[] = {1.0e-3, 0.7e-3}, busy[] = {2.0e-3, 3.0e-3};
    struct step_choice choice = new;
    double spent[STEP_WAYS];
    train(&choice, 20, quiet, spent);
    ck_assert_int_eq(choice.way, STEP_KERNEL);
    train(&choice, 0.7, busy, spent);
    ck_assert_int_eq(choice.way, STEP_LAUNCHES);
    train(&choice, 20, busy, spent);
    train(&choice, 0.7, quiet, spent);
    ck_assert_int_eq(choice.way, STEP_KERNEL);
}
END_TEST

/* A launch of the kernel takes about 20 ms; long steps are soon made by launches; a fixed way
 * stays; nothing is compared before the work has taken as long as the preparation. */
START_TEST(limits) {
    static const double cost[] = {1.0e-3, 1.0e-3}, slow[] = {0.03, 0.04};
    static const double worse[] = {0.001, 0.01};
    struct step_choice choice = {.fixed = true, .way = STEP_KERNEL};
    double spent[STEP_WAYS];
    enum step_way way;
    train(&choice, 1, cost, spent);
    ck_assert_uint_eq(step_choice_next(&choice, 600, &way), 20);
    ck_assert_uint_eq(step_choice_next(&choice, 7, &way), 7);
    train(&choice, 10, worse, spent);
    ck_assert(spent[STEP_LAUNCHES] == 0);
    choice = new;
    train(&choice, 10, slow, spent);
    ck_assert_double_lt(spent[STEP_KERNEL], 0.2);
    choice = new;
    step_choice_measured(&choice, STEP_KERNEL, 1, 5.0);
    train(&choice, 4.9, cost, spent);
    ck_assert(spent[STEP_LAUNCHES] == 0);
    train(&choice, 0.5, cost, spent);
    ck_assert(spent[STEP_LAUNCHES] > 0);
}
END_TEST

/* Other programs delay some pieces by a factor of up to three: the faster way still gets nearly all
 * of the time, and comparisons are not repeated for each delay. */
START_TEST(noise) {
    static const double cost[] = {1.25e-3, 1.0e-3};
    for (int best = 0; best < STEP_WAYS; best++) {
        struct step_choice choice = new;
        double spent[STEP_WAYS] = {0, 0};
        uint32_t state = 1;
        while (spent[STEP_LAUNCHES] + spent[STEP_KERNEL] < 60) {
            enum step_way way;
            const size_t steps = step_choice_next(&choice, 600, &way);
            double seconds = (double)steps * cost[(int)way == best];
            state = state * 1664525u + 1013904223u;
            seconds *= state >> 24 < 64 ? 1.0 + 2.0 * (double)(state >> 24) / 64.0 : 1.0;
            step_choice_measured(&choice, way, steps, seconds);
            spent[way] += seconds;
        }
        ck_assert_double_gt(spent[best], best == STEP_KERNEL ? 54.0 : 51.0);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, faster);
    tcase_add_test(tests, changes);
    tcase_add_test(tests, limits);
    tcase_add_test(tests, noise);
}
CHECK_MAIN("step_choice", add_tests)

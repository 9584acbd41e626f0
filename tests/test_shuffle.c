/* test_shuffle.c: orders are permutations that depend only on seed and epoch, and are the same on
 * every system. */
#include "api_status.h"
#include "check_weft.h"

#include <string.h>

#include "train/train_model.h"

enum { IMAGES = 60000 };

/* The expected orders were computed in Python from the definition in src/train/schedule.c. */
START_TEST(known_orders) {
    static const struct {
        uint64_t seed, epoch;
        size_t count;
        uint32_t order[13];
    } cases[] = {
        {0, 1, 10, {3, 4, 2, 5, 6, 9, 8, 0, 1, 7}},
        {0, 2, 10, {7, 9, 0, 5, 8, 4, 2, 1, 3, 6}},
        {UINT64_MAX, 1, 10, {6, 9, 7, 5, 0, 2, 4, 1, 8, 3}},
        {7, (UINT64_C(1) << 40) + 3, 13, {7, 4, 8, 10, 11, 2, 9, 12, 3, 0, 6, 1, 5}},
    };
    static const uint32_t first[] = {16818, 18432, 36511, 50696, 28810, 39689, 2828, 15029};
    static const uint32_t last[] = {24864, 41359, 11597, 39625};
    static uint32_t order[IMAGES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        shuffle_images(cases[i].seed, cases[i].epoch, order, cases[i].count);
        ck_assert_mem_eq(order, cases[i].order, cases[i].count * sizeof order[0]);
    }
    shuffle_images(0, 1, order, IMAGES);
    ck_assert_mem_eq(order, first, sizeof first);
    ck_assert_mem_eq(order + IMAGES - 4, last, sizeof last);
}
END_TEST

START_TEST(permutations) {
    static const size_t counts[] = {0, 1, 2, 3, 100, 12345, IMAGES};
    static uint32_t order[IMAGES + 1];
    static unsigned char seen[IMAGES];
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        memset(seen, 0, sizeof seen);
        order[counts[i]] = 0xdeadbeef;
        shuffle_images(5, i + 1, order, counts[i]);
        for (size_t j = 0; j < counts[i]; j++) {
            ck_assert_uint_lt(order[j], counts[i]);
            ck_assert_msg(seen[order[j]]++ == 0, "%u is there twice", order[j]);
        }
        ck_assert_uint_eq(order[counts[i]], 0xdeadbeef);
    }
}
END_TEST

START_TEST(seed_and_epoch_decide) {
    static uint32_t base[1000], order[1000];
    shuffle_images(1, 1, base, 1000);
    shuffle_images(1, 1, order, 1000);
    ck_assert_mem_eq(order, base, sizeof order);
    shuffle_images(2, 1, order, 1000);
    ck_assert_mem_ne(order, base, sizeof order);
    shuffle_images(1, 2, order, 1000);
    ck_assert_mem_ne(order, base, sizeof order);
    shuffle_images(1, 1 + (UINT64_C(1) << 32), order, 1000);
    ck_assert_mem_ne(order, base, sizeof order);
}
END_TEST

/* Each of the 24 orders of four images is about equally frequent in 24,000 epochs: 1000 times, with
 * a deviation of 31. */
START_TEST(orders_are_equally_frequent) {
    unsigned counts[256] = {0}, orders = 0;
    for (uint64_t epoch = 1; epoch <= 24000; epoch++) {
        uint32_t order[4];
        shuffle_images(0, epoch, order, 4);
        counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    for (size_t i = 0; i < 256; i++) {
        orders += counts[i] > 0;
        ck_assert_msg(counts[i] == 0 || (counts[i] > 845 && counts[i] < 1155), "%u", counts[i]);
    }
    ck_assert_uint_eq(orders, 24);
}
END_TEST

/* The public function gives the order of a training. */
START_TEST(public_function) {
    struct weft_error *error = weft_error_create();
    uint32_t order[1000], expected[1000];
    shuffle_images(9, 4, expected, 1000);
    SUCCESS(weft_training_order(9, 4, order, 1000, error));
    ck_assert_mem_eq(order, expected, sizeof order);
    USAGE(weft_training_order(9, 4, NULL, 1000, error), "weft_training_order: order is NULL");
    USAGE(weft_training_order(9, 0, order, 1000, error), "epoch is 0");
    USAGE(weft_training_order(9, 4, order, 0, error), "count is 0");
    USAGE(weft_training_order(9, 4, order, SIZE_MAX, error), "count is ");
    weft_error_destroy(error);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, known_orders);
    tcase_add_test(tests, permutations);
    tcase_add_test(tests, seed_and_epoch_decide);
    tcase_add_test(tests, orders_are_equally_frequent);
    tcase_add_test(tests, public_function);
}

CHECK_MAIN("shuffle", add_tests)

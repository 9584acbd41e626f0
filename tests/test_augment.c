/* test_augment.c: the changes of images depend only on seed, epoch and position, are the same on
 * every system, and as often as they should be. */
#include "base/random.h"
#include "check_weft.h"
#include "train/augment.h"

#include <string.h>

enum { IMAGES = 20000 };

static const struct weft_recipe all = {.flip = true, .shift = 3, .erase = 5};

static struct image_change changes[IMAGES], other[IMAGES];

static void check(size_t i, const struct image_change *got, const struct image_change *wanted) {
    ck_assert_msg(memcmp(got, wanted, sizeof *got) == 0,
                  "change %zu: flip %d, moved %d, %d, erased %d at %d, %d", i, got->flip, got->down,
                  got->right, got->erase, got->erase_row, got->erase_column);
}

/* The changes were computed in Python from the definition in src/train/augment.h. */
START_TEST(known_changes) {
    static const struct {
        uint64_t seed, epoch;
        struct image_change changes[4];
    } cases[] = {
        {0,
         1,
         {{1, -3, 3, 0, 0, 0, {0}},
          {1, -1, 1, 0, 0, 0, {0}},
          {0, 3, -1, 5, 2, 7, {0}},
          {1, 0, -1, 5, 14, 12, {0}}}},
        {UINT64_MAX,
         3,
         {{1, 2, 1, 0, 0, 0, {0}},
          {0, -1, 3, 0, 0, 0, {0}},
          {0, -1, 2, 5, 11, 4, {0}},
          {1, -2, 1, 0, 0, 0, {0}}}},
        {7,
         (UINT64_C(1) << 40) + 3,
         {{0, 0, -1, 5, 20, 3, {0}},
          {0, 0, 2, 5, 18, 22, {0}},
          {0, 0, -3, 5, 6, 27, {0}},
          {1, -2, 0, 0, 0, 0, {0}}}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        augment_images(&all, cases[c].seed, cases[c].epoch, 28, 32, 4, changes);
        for (size_t i = 0; i < 4; i++) {
            check(i, &changes[i], &cases[c].changes[i]);
        }
    }
}
END_TEST

/* How often a number occurs: within 5 standard deviations of a binomial distribution. */
static void check_share(const char *what, size_t count, size_t of, double share) {
    const double difference = (double)count - share * (double)of;
    ck_assert_msg(difference * difference < 25 * (double)of * share * (1 - share),
                  "%s: %zu of %zu, expected %g", what, count, of, share * (double)of);
}

START_TEST(shares) {
    size_t flips = 0, erased = 0, down[7] = {0}, right[7] = {0}, rows[24] = {0}, columns[28] = {0};
    augment_images(&all, 7, 3, 28, 32, IMAGES, changes);
    for (size_t i = 0; i < IMAGES; i++) {
        const struct image_change *change = &changes[i];
        ck_assert(change->down >= -3 && change->down <= 3);
        ck_assert(change->right >= -3 && change->right <= 3);
        flips += change->flip == 1;
        down[change->down + 3]++;
        right[change->right + 3]++;
        if (change->erase == 0) {
            ck_assert(change->erase_row == 0 && change->erase_column == 0);
            continue;
        }
        ck_assert_int_eq(change->erase, 5);
        ck_assert(change->erase_row >= 0 && change->erase_row <= 23);
        ck_assert(change->erase_column >= 0 && change->erase_column <= 27);
        erased++;
        rows[change->erase_row]++;
        columns[change->erase_column]++;
    }
    check_share("flip", flips, IMAGES, 0.5);
    check_share("erase", erased, IMAGES, 0.5);
    for (size_t i = 0; i < 7; i++) {
        check_share("down", down[i], IMAGES, 1.0 / 7);
        check_share("right", right[i], IMAGES, 1.0 / 7);
    }
    for (size_t i = 0; i < 24; i++) {
        check_share("row", rows[i], erased, 1.0 / 24);
    }
    for (size_t i = 0; i < 28; i++) {
        check_share("column", columns[i], erased, 1.0 / 28);
    }
}
END_TEST

START_TEST(seed_and_epoch_decide) {
    augment_images(&all, 1, 1, 28, 28, IMAGES, changes);
    augment_images(&all, 1, 1, 28, 28, IMAGES, other);
    ck_assert_mem_eq(changes, other, sizeof changes);
    augment_images(&all, 1, 2, 28, 28, IMAGES, other);
    ck_assert_mem_ne(changes, other, sizeof changes);
    augment_images(&all, 2, 1, 28, 28, IMAGES, other);
    ck_assert_mem_ne(changes, other, sizeof changes);
    memset(other, 0xee, sizeof other);
    augment_images(&all, 1, 1, 28, 28, 100, other); /* fewer images: the first ones */
    ck_assert_mem_eq(changes, other, 100 * sizeof *changes);
    ck_assert_int_eq(other[100].flip, (int16_t)0xeeee);
}
END_TEST

/* Each change of a recipe is what it is with the others. */
START_TEST(one_by_one) {
    static const struct weft_recipe flip = {.flip = true}, shift = {.shift = 3},
                                    erase = {.erase = 5}, none = {.momentum = 1};
    static struct image_change sum[IMAGES];
    augment_images(&flip, 9, 4, 28, 28, IMAGES, sum);
    augment_images(&shift, 9, 4, 28, 28, IMAGES, changes);
    augment_images(&erase, 9, 4, 28, 28, IMAGES, other);
    for (size_t i = 0; i < IMAGES; i++) {
        ck_assert(sum[i].down == 0 && sum[i].right == 0 && sum[i].erase == 0);
        ck_assert(changes[i].flip == 0 && changes[i].erase == 0);
        ck_assert(other[i].flip == 0 && other[i].down == 0 && other[i].right == 0);
        sum[i].down = changes[i].down;
        sum[i].right = changes[i].right;
        sum[i].erase = other[i].erase;
        sum[i].erase_row = other[i].erase_row;
        sum[i].erase_column = other[i].erase_column;
    }
    augment_images(&all, 9, 4, 28, 28, IMAGES, changes);
    ck_assert_mem_eq(changes, sum, sizeof sum);
    ck_assert(augment_changes(&flip) && augment_changes(&shift) && augment_changes(&erase));
    ck_assert(!augment_changes(&none));
}
END_TEST

/* The largest changes of the smallest images, and of large ones. */
START_TEST(limits) {
    static const struct weft_recipe small = {.shift = 1, .erase = 2},
                                    large = {.shift = INT16_MAX - 1, .erase = 1};
    int least = 0, most = 0;
    augment_images(&small, 0, 1, 2, 2, 1000, changes);
    for (size_t i = 0; i < 1000; i++) {
        ck_assert(changes[i].erase_row == 0 && changes[i].erase_column == 0);
    }
    augment_images(&large, 0, 1, INT16_MAX, INT16_MAX, IMAGES, changes);
    for (size_t i = 0; i < IMAGES; i++) {
        ck_assert(changes[i].erase_row >= 0 && changes[i].erase_column >= 0);
        least = changes[i].down < least ? changes[i].down : least;
        most = changes[i].down > most ? changes[i].down : most;
    }
    ck_assert_int_lt(least, -32700);
    ck_assert_int_gt(most, 32700);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, known_changes);
    tcase_add_test(tests, shares);
    tcase_add_test(tests, seed_and_epoch_decide);
    tcase_add_test(tests, one_by_one);
    tcase_add_test(tests, limits);
}

CHECK_MAIN("augment", add_tests)

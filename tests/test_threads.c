/* test_threads.c: a pool calls each number exactly once, with any number of threads, in each
 * run. */
#include "check_weft.h"

#include <stdatomic.h>
#include <string.h>

#include "os/host.h"
#include "os/threads.h"

enum { MOST = 5000 };

struct counts {
    atomic_uint of[MOST];
    size_t count;
    atomic_uint outside; /* calls with a number out of range */
};

static void count_one(void *context, size_t i) {
    struct counts *counts = context;
    if (i < counts->count) {
        atomic_fetch_add(&counts->of[i], 1);
    } else {
        atomic_fetch_add(&counts->outside, 1);
    }
}

/* Runs ${count} numbers ${rounds} times, and expects ${rounds} calls of each number after the
 * runs. */
static void run_and_check(struct os_pool *pool, size_t count, unsigned rounds) {
    static struct counts counts;
    memset(&counts, 0, sizeof counts);
    counts.count = count;
    for (unsigned round = 1; round <= rounds; round++) {
        os_pool_run(pool, count, count_one, &counts);
        for (size_t i = 0; i < count; i++) {
            ck_assert_uint_eq(atomic_load(&counts.of[i]), round);
        }
    }
    ck_assert_uint_eq(atomic_load(&counts.outside), 0);
}

START_TEST(each_number_once) {
    static const unsigned threads[] = {0, 1, 2, 5};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct os_pool *pool = os_pool_create(threads[i]);
        ck_assert_ptr_nonnull(pool);
        run_and_check(pool, 0, 3);
        run_and_check(pool, 1, 100);
        run_and_check(pool, 7, 2000);
        run_and_check(pool, MOST, 20);
        os_pool_destroy(pool);
    }
}
END_TEST

/* Two pools at a time, and unused pools. */
START_TEST(pools_do_not_share) {
    struct os_pool *one = os_pool_create(2), *other = os_pool_create(3);
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(other);
    for (int i = 0; i < 50; i++) {
        struct os_pool *idle = os_pool_create(4);
        run_and_check(one, 11, 2);
        run_and_check(other, 13, 2);
        os_pool_destroy(idle);
    }
    os_pool_destroy(one);
    os_pool_destroy(other);
    os_pool_destroy(NULL);
}
END_TEST

/* Each call of a run sees what all calls of the previous run wrote, on any thread. */
struct chain {
    unsigned long from[MOST], to[MOST];
};

static void add_neighbour(void *context, size_t i) {
    struct chain *chain = context;
    chain->to[i] = chain->from[i] + chain->from[(i + 1) % MOST];
}

START_TEST(runs_see_the_run_before) {
    static struct chain chain;
    struct os_pool *pool = os_pool_create(5);
    ck_assert_ptr_nonnull(pool);
    for (size_t i = 0; i < MOST; i++) {
        chain.from[i] = 1;
    }
    for (int round = 1; round <= 30; round++) {
        os_pool_run(pool, MOST, add_neighbour, &chain);
        memcpy(chain.from, chain.to, sizeof chain.from);
        for (size_t i = 0; i < MOST; i++) {
            ck_assert_uint_eq(chain.to[i], 1ul << round);
        }
    }
    os_pool_destroy(pool);
}
END_TEST

START_TEST(processors) {
    ck_assert_uint_ge(os_processors(), 1);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, each_number_once);
    tcase_add_test(tests, pools_do_not_share);
    tcase_add_test(tests, runs_see_the_run_before);
    tcase_add_test(tests, processors);
}

CHECK_MAIN("threads", add_tests)

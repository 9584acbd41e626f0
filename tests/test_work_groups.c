/* test_work_groups.c: the sizes of work-groups: what a kernel needs, within a device's limits. */
#include "backend/opencl/work_groups.h"
#include "check_weft.h"

#include <string.h>

#define NEED(range_, items_, input_)                                                               \
    {                                                                                              \
        .mapping = WEFT_MAPPING_GPU, .range = (range_), .items = (items_),                         \
        .input_items = (input_), .shards = 7, .slices = 4                                          \
    }

/* A device of one compute unit: no kernel here has few items on it. */
#define LIMITS(items_, x, y, z, preferred_)                                                        \
    {                                                                                              \
        .items = (items_), .sizes = {x, y, z}, .preferred = (preferred_), .local_memory = 32768,   \
        .units = 1                                                                                 \
    }

static void check(struct work_group_need need, struct work_group_limits limits, size_t x, size_t y,
                  int line) {
    size_t local[3] = {0};
    ck_assert_msg(work_groups_choose(&need, &limits, local), "line %d: no group", line);
    ck_assert_msg(local[0] == x && local[1] == y && local[2] == 1,
                  "line %d: %zu x %zu x %zu in place of %zu x %zu", line, local[0], local[1],
                  local[2], x, y);
}
#define CHECK(need, limits, x, y)                                                                  \
    check((struct work_group_need)need, (struct work_group_limits)limits, x, y, __LINE__)

static void check_none(struct work_group_need need, struct work_group_limits limits, int line) {
    size_t local[3];
    ck_assert_msg(!work_groups_choose(&need, &limits, local), "line %d: a group", line);
}
#define CHECK_NONE(need, limits)                                                                   \
    check_none((struct work_group_need)need, (struct work_group_limits)limits, __LINE__)

/* Kernels without barriers have groups of at most 128, of which the items are a multiple. */
START_TEST(shards) {
    struct work_group_limits limits = LIMITS(1024, 1024, 1024, 64, 32);
    const struct {
        size_t items, input_items, limit, x, y;
    } rows[] = {{96, 0, 1024, 16, 8}, {96, 0, 128, 16, 8}, {96, 0, 127, 16, 4}, {96, 0, 64, 16, 4},
                {96, 0, 32, 16, 2},   {96, 0, 31, 16, 1},  {96, 0, 16, 16, 1},  {96, 0, 15, 8, 1},
                {96, 0, 8, 8, 1},     {96, 0, 7, 4, 1},    {96, 0, 1, 1, 1},    {7, 0, 1024, 16, 1},
                {12, 0, 1024, 16, 4}, {96, 6, 256, 16, 2}, {96, 5, 256, 16, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        limits.items = rows[i].limit;
        check((struct work_group_need)NEED(RANGE_SHARDS, rows[i].items, rows[i].input_items),
              limits, rows[i].x, rows[i].y, (int)i);
    }
}
END_TEST

/* Each dimension has a limit of its own. */
START_TEST(dimensions) {
    CHECK(NEED(RANGE_SHARDS, 96, 0), LIMITS(1024, 1024, 4, 64, 32), 16, 4);
    CHECK(NEED(RANGE_SHARDS, 96, 0), LIMITS(1024, 1024, 1, 1, 32), 16, 1);
    CHECK(NEED(RANGE_SHARDS, 96, 0), LIMITS(1024, 8, 1024, 64, 32), 8, 8);
    CHECK(NEED(RANGE_ONCE, 96, 0), LIMITS(1024, 1024, 1, 1, 32), 8, 1);
    CHECK(NEED(RANGE_ONCE, 96, 0), LIMITS(1024, 1, 1024, 1, 32), 1, 1);
    CHECK(NEED(RANGE_ONCE, 6, 0), LIMITS(1024, 1024, 1, 1, 32), 2, 1);
    CHECK(NEED(RANGE_SUMS, 96, 0), LIMITS(1024, 1024, 1, 1, 32), 16, 1);
    CHECK_NONE(NEED(RANGE_SUMS, 96, 0), LIMITS(1024, 15, 1024, 64, 32));
}
END_TEST

/* Kernels that add lanes have groups as wide as a warp or a wave, and need 16 work-items. */
START_TEST(sums) {
    const struct {
        size_t items, input_items, limit, preferred, y;
    } rows[] = {
        {10, 0, 1024, 32, 2}, {12, 0, 1024, 64, 4}, {12, 0, 1024, 128, 4}, {10, 0, 1024, 64, 2},
        {5, 0, 1024, 64, 1},  {12, 8, 1024, 64, 4}, {12, 10, 1024, 64, 2}, {12, 9, 1024, 64, 1},
        {12, 0, 1024, 16, 1}, {12, 0, 1024, 8, 1},  {12, 0, 1024, 1, 2},   {12, 0, 1024, 0, 2},
        {12, 0, 63, 64, 2},   {12, 0, 32, 64, 2},   {12, 0, 31, 64, 1},    {12, 0, 16, 64, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check((struct work_group_need)NEED(RANGE_SUMS, rows[i].items, rows[i].input_items),
              (struct work_group_limits)LIMITS(rows[i].limit, 1024, 1024, 64, rows[i].preferred),
              16, rows[i].y, (int)i);
    }
    CHECK_NONE(NEED(RANGE_SUMS, 12, 0), LIMITS(15, 1024, 1024, 64, 32));
    CHECK_NONE(NEED(RANGE_SUMS, 12, 0), LIMITS(1, 1024, 1024, 64, 32));
}
END_TEST

/* A group computes a shard: as many items as have memory, whatever their count. */
START_TEST(shard_groups) {
    struct work_group_need need = NEED(RANGE_SHARD_GROUP, 15, 0);
    need.slices = 8;
    CHECK(need, LIMITS(1024, 1024, 1024, 64, 32), 16, 8);
    CHECK(need, LIMITS(64, 1024, 1024, 64, 32), 16, 4);
    CHECK(need, LIMITS(17, 1024, 1024, 64, 32), 16, 1);
    CHECK_NONE(need, LIMITS(8, 1024, 1024, 64, 32));
    need.mapping = WEFT_MAPPING_CPU;
    CHECK(need, LIMITS(1, 1024, 1, 1, 8), 1, 1);
}
END_TEST

/* Where there are few items for the compute units, groups are one warp or wave. */
START_TEST(few) {
    struct work_group_limits limits = LIMITS(1024, 1024, 1024, 64, 32);
    limits.units = 128;
    CHECK(NEED(RANGE_SHARDS, 48, 0), limits, 16, 2);
    CHECK(NEED(RANGE_SHARDS, 4096, 0), limits, 16, 8);
    CHECK(NEED(RANGE_BATCH, 2080, 0), limits, 16, 4);
    CHECK(NEED(RANGE_SHARDS, 3 * 128, 0), limits, 16, 4);
    limits.preferred = 64;
    CHECK(NEED(RANGE_SHARDS, 48, 0), limits, 16, 4);
}
END_TEST

/* The cpu mapping needs groups of 1. */
START_TEST(cpu_mapping) {
    const enum opencl_range ranges[] = {RANGE_SHARDS, RANGE_SUMS, RANGE_SHARD_GROUP, RANGE_BATCH,
                                        RANGE_ONCE};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct work_group_need need = NEED(ranges[i], 96, 8);
        need.mapping = WEFT_MAPPING_CPU;
        CHECK(need, LIMITS(1, 1024, 1, 1, 1), 1, 1);
        CHECK(need, LIMITS(4096, 4096, 4096, 4096, 8), ranges[i] == RANGE_ONCE ? 8 : 1, 1);
    }
}
END_TEST

/* Verification compares with other groups: there are some, unless the limits allow only one. */
START_TEST(other) {
    const enum opencl_range ranges[] = {RANGE_SHARDS, RANGE_SUMS, RANGE_BATCH, RANGE_ONCE};
    for (size_t i = 0; i < 2 * sizeof ranges / sizeof ranges[0]; i++) {
        struct work_group_need need = NEED(ranges[i / 2], 96, 8);
        struct work_group_limits limits = LIMITS(1024, 1024, 1024, 64, i < 4 ? 8 : 64);
        size_t usual[3], others[3];
        need.mapping = i % 2 == 0 ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
        ck_assert(work_groups_choose(&need, &limits, usual));
        need.other = true;
        ck_assert(work_groups_choose(&need, &limits, others));
        ck_assert_int_ne(memcmp(usual, others, sizeof usual), 0);
        limits = (struct work_group_limits)LIMITS(16, 16, 1, 1, 64);
        ck_assert(work_groups_choose(&need, &limits, others));
    }
}
END_TEST

/* Local memory for as many items as a group may have, at most a quarter of what there is. */
START_TEST(slices) {
    struct work_group_limits limits = LIMITS(1024, 1024, 1024, 64, 32);
    const struct {
        enum opencl_range range;
        size_t items, limit;
        uint64_t bytes;
        size_t slices;
    } rows[] = {{RANGE_SUMS, 10, 1024, 64, 4},        {RANGE_SUMS, 1, 1024, 64, 1},
                {RANGE_SUMS, 3, 1024, 64, 2},         {RANGE_SUMS, 10, 32, 64, 2},
                {RANGE_SUMS, 10, 16, 64, 1},          {RANGE_SUMS, 10, 15, 64, 0},
                {RANGE_SUMS, 10, 1024, 4096, 2},      {RANGE_SUMS, 10, 1024, 32768, 1},
                {RANGE_SUMS, 10, 1024, 32769, 0},     {RANGE_SHARD_GROUP, 60, 1024, 64, 16},
                {RANGE_SHARD_GROUP, 10, 1024, 64, 8}, {RANGE_SHARD_GROUP, 60, 100, 64, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        limits.items = rows[i].limit;
        limits.local_needed = rows[i].bytes;
        ck_assert_uint_eq(work_groups_slices(rows[i].range, rows[i].items, &limits),
                          rows[i].slices);
    }
}
END_TEST

/* A kernel that needs more local memory than there is cannot run, and the reason says so. */
START_TEST(reasons) {
    struct work_group_limits limits = LIMITS(8, 1024, 1024, 64, 32);
    struct weft_error error = {0};
    ck_assert_int_eq(work_groups_fail("sums", &limits, &error), WEFT_BAD_DEVICE);
    ck_assert_str_eq(error.message,
                     "kernel sums: it needs work-groups of 16, and the device allows 8");
    ck_assert_ptr_nonnull(strstr(error.hint, "WEFT_MAPPING_CPU"));
    error = (struct weft_error){0};
    limits.local_needed = 65536;
    CHECK_NONE(NEED(RANGE_SUMS, 12, 0), limits);
    ck_assert_int_eq(work_groups_fail("sums", &limits, &error), WEFT_BAD_DEVICE);
    ck_assert_ptr_nonnull(strstr(error.message, "65536 bytes of local memory"));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, shards);
    tcase_add_test(tests, dimensions);
    tcase_add_test(tests, sums);
    tcase_add_test(tests, shard_groups);
    tcase_add_test(tests, few);
    tcase_add_test(tests, cpu_mapping);
    tcase_add_test(tests, other);
    tcase_add_test(tests, slices);
    tcase_add_test(tests, reasons);
}

CHECK_MAIN("work_groups", add_tests)

/* test_difference.c: distances in ulp, and the number of differing elements. */
#include "check_weft.h"

#include <math.h>

#include "compare/compare.h"
#include "numerics.h"

START_TEST(distances) {
    ck_assert_uint_eq(ulp_distance(1.0f, 1.0f), 0);
    ck_assert_uint_eq(ulp_distance(1.0f, 0x1.000002p0f), 1);
    ck_assert_uint_eq(ulp_distance(1.0f, 0x1.fffffep-1f), 1);
    ck_assert_uint_eq(ulp_distance(0.0f, -0.0f), 0);
    ck_assert_uint_eq(ulp_distance(weft_as_float(1), weft_as_float(0x80000001u)), 2);
    ck_assert_uint_eq(ulp_distance(-2.0f, -0x1.000002p1f), 1);
    ck_assert_uint_eq(ulp_distance(INFINITY, weft_as_float(0x7f7fffffu)), 1);
    ck_assert_uint_eq(ulp_distance(INFINITY, -INFINITY), 2u * 0x7f800000u);
    ck_assert_uint_eq(ulp_distance(NAN, NAN), 0);
    ck_assert_uint_eq(ulp_distance(NAN, 1.0f), UINT32_MAX);
}
END_TEST

START_TEST(finds) {
    const float a[] = {1, 2, 3, 0, 5}, b[] = {1, 2.5f, 3, -0.0f, 4};
    struct difference found = difference_find(a, b, 5);
    ck_assert_uint_eq(found.count, 5);
    ck_assert_uint_eq(found.differing, 3);
    ck_assert_uint_eq(found.first, 1);
    ck_assert(found.largest == 1.0);
    ck_assert_uint_eq(found.largest_ulp, 0x200000u);
    found = difference_find(a, a, 5);
    ck_assert_uint_eq(found.differing, 0);
    ck_assert_uint_eq(found.first, 5);
    found = difference_find(a, b, 0);
    ck_assert_uint_eq(found.count + found.differing, 0);
}
END_TEST

/* A NaN on one side has no distance, but it must not count as equal. */
START_TEST(no_numbers) {
    const float a[] = {1, NAN}, b[] = {NAN, NAN};
    struct difference found = difference_find(a, b, 2);
    ck_assert_uint_eq(found.differing, 1);
    ck_assert(isinf(found.largest));
    ck_assert_uint_eq(found.largest_ulp, UINT32_MAX);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, distances);
    tcase_add_test(tests, finds);
    tcase_add_test(tests, no_numbers);
}

CHECK_MAIN("difference", add_tests)

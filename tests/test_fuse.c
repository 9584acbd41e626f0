/* test_fuse.c: layers that OpenCL runs together (src/backend/opencl/fuse.c) give the bits that they give apart. */
#include "check_weft.h"

#include "layer_case.h"

/* A relu read by conv2d, which is fused with its pool; a relu read by batch norm; windows of 3 and of 2. */
START_TEST(convolutions) {
    layer_check_fused("relu, conv2d and pool", LAYER_LARGE,
                      "{\"input\": [2, 14, 17], \"layers\": ["
                      "{\"kind\": \"relu\"},"
                      "{\"kind\": \"conv2d\", \"out_channels\": 5, \"kernel_size\": [3, 3]},"
                      "{\"kind\": \"max_pool2d\", \"kernel_size\": 3},"
                      "{\"kind\": \"relu\"},"
                      "{\"kind\": \"batch_norm\"},"
                      "{\"kind\": \"conv2d\", \"out_channels\": 4, \"kernel_size\": [1, 2]},"
                      "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}]}");
}
END_TEST

/* A relu read past a flatten by linear, and one by linear at once; a relu at the end that nobody reads. */
START_TEST(features) {
    layer_check_fused("relu, flatten and linear", LAYER_SMALL,
                      "{\"input\": [3, 3, 5], \"layers\": ["
                      "{\"kind\": \"relu\"},"
                      "{\"kind\": \"flatten\"},"
                      "{\"kind\": \"linear\", \"out_features\": 19},"
                      "{\"kind\": \"relu\"},"
                      "{\"kind\": \"linear\", \"out_features\": 7},"
                      "{\"kind\": \"relu\"}]}");
}
END_TEST

/* Pools that overlap, or leave something over, are not fused: every tensor is there. */
START_TEST(nothing_to_fuse) {
    layer_check_bits("conv2d and pools apart", LAYER_LARGE,
                     "{\"input\": [1, 9, 9], \"layers\": ["
                     "{\"kind\": \"conv2d\", \"out_channels\": 2, \"kernel_size\": 3},"
                     "{\"kind\": \"max_pool2d\", \"kernel_size\": 3, \"stride\": 2},"
                     "{\"kind\": \"conv2d\", \"out_channels\": 2, \"kernel_size\": 1},"
                     "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, convolutions);
    tcase_add_test(tests, features);
    tcase_add_test(tests, nothing_to_fuse);
}

CHECK_MAIN("fuse", add_tests)

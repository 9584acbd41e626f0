/* test_fuse.c: layers that OpenCL devices fuse give the bits of the CPU backend, which computes
 * each layer alone. */
#include "check_weft.h"
#include "layer_case.h"

#define CONV(channels, rows, columns)                                                              \
    "{\"kind\": \"conv2d\", \"out_channels\": " #channels ", \"kernel_size\": [" #rows             \
    ", " #columns "]}"
#define POOL(kernel, stride)                                                                       \
    "{\"kind\": \"max_pool2d\", \"kernel_size\": " #kernel ", \"stride\": " #stride "}"
#define LINEAR(outputs) "{\"kind\": \"linear\", \"out_features\": " #outputs "}"
#define RELU            "{\"kind\": \"relu\"}"
#define NORM            "{\"kind\": \"batch_norm\"}"
#define FLATTEN         "{\"kind\": \"flatten\"}"

/* All layers that are fused, as in the published network: conv2d and pool, relu and batch norm,
 * conv2d, linear after flatten. */
START_TEST(as_published) {
    layer_check_fused("fuse, like the published network", LAYER_LARGE,
                      "{\"input\": [2, 13, 14], \"layers\": [" CONV(5, 2, 3) "," POOL(
                          2, 2) "," RELU "," NORM
                                "," CONV(6, 3, 1) "," POOL(2, 2) "," RELU "," FLATTEN "," LINEAR(
                                    7) "," RELU "," NORM "," RELU "," LINEAR(3) "]}");
}
END_TEST

/* A relu before conv2d and pool, windows of 4 and 3, one output channel. */
START_TEST(windows) {
    layer_check_fused("fuse, windows", LAYER_SMALL,
                      "{\"input\": [1, 15, 14], \"layers\": [" RELU
                      "," CONV(13, 4, 3) "," POOL(4, 4) "," RELU
                                                        "," CONV(1, 1, 1) "," POOL(3, 3) "]}");
}
END_TEST

/* conv2d, relu and pool, whose windows omit rows, columns, or nothing; one input channel or more; a
 * relu before the convolution, too. */
START_TEST(relu_between) {
    layer_check_fused(
        "fuse, conv2d, relu and pool", LAYER_LARGE,
        "{\"input\": [1, 21, 20], \"layers\": [" CONV(8, 3, 3) "," RELU "," POOL(2, 2) "," CONV(
            6, 2, 3) "," RELU "," POOL(3, 3) "," RELU
                                             "," CONV(5, 1, 1) "," RELU
                                                               "," POOL(2, 2) "," FLATTEN
                                                                              "," LINEAR(3) "]}");
}
END_TEST

/* Adjacent layers that must not be fused, or only in part: pools that overlap, or are large; a relu
 * before a pool, before another relu, and at the end. */
START_TEST(apart) {
    layer_check_fused(
        "fuse, what stays apart", LAYER_LARGE,
        "{\"input\": [2, 17, 17], \"layers\": [" CONV(5, 1, 2) "," POOL(2, 2) "," CONV(
            3, 1, 1) "," POOL(3, 1) "," RELU
                                    "," POOL(1, 1) "," CONV(2, 2, 2) "," POOL(
                                        5, 5) "," RELU "," RELU "," FLATTEN "," FLATTEN
                                              "," LINEAR(5) "," RELU "]}");
}
END_TEST

/* Chains on a CPU of one, two or four units: conv2d with and without a pool, and linear, each
 * before a batch norm. */
START_TEST(chains) {
    layer_check_fused("fuse, chains", LAYER_LARGE,
                      "{\"input\": [1, 12, 12], \"layers\": [" CONV(8, 3, 3) "," NORM "," CONV(
                          12, 3, 3) "," POOL(2, 2) "," RELU "," NORM "," FLATTEN
                                                   "," LINEAR(48) "," RELU "," NORM "," LINEAR(
                                                       24) "," NORM "," RELU
                                                           "," LINEAR(12) "," LINEAR(3) "]}");
}
END_TEST

/* In the gpu mapping, groups that settle their channels: one channel, or several whose boundaries
 * are inside groups; with and without a relu; 1 class; no step after a batch norm at the end. */
START_TEST(settled) {
    layer_check_fused("fuse, settled channels", LAYER_LARGE,
                      "{\"input\": [1, 1, 67], \"layers\": [" NORM
                      "," CONV(6, 1, 1) "," RELU "," NORM "," CONV(4, 1, 3) "," NORM "," FLATTEN
                                                                            "," LINEAR(1) "]}");
    layer_check_fused("fuse, a batch norm at the end", LAYER_LARGE,
                      "{\"input\": [2, 9, 8], \"layers\": [" NORM "," FLATTEN
                      "," LINEAR(17) "," RELU "," NORM "]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, as_published);
    tcase_add_test(tests, windows);
    tcase_add_test(tests, relu_between);
    tcase_add_test(tests, apart);
    tcase_add_test(tests, chains);
    tcase_add_test(tests, settled);
}
CHECK_MAIN("fuse", add_tests)

/* test_record.c: a record of launches tells buffers from numbers by their kind, not their size. */
#include "check_weft.h"

#include "backend/device.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/state.h"

#include <string.h>

static const char LIST[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"}, "
                           "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 10}]}";

/* An argument knows what it is. On a host of 32 bits, a buffer and a number have the same size. */
START_TEST(kinds) {
    cl_mem buffer = NULL;
    const cl_mem constant[2] = {NULL, NULL};
    cl_int number = 0;
    const float real = 0;
    size_t size = 0;
    const struct opencl_value values[] = {ARG(buffer), ARG(constant[1]), ARG(number), ARG(real),
                                          ARG(size)};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ck_assert_int_eq(values[i].is_buffer, i < 2);
    }
    ck_assert_uint_eq(values[0].size, sizeof(cl_mem));
    ck_assert_uint_eq(values[4].size, sizeof(size_t));
}
END_TEST

/* Opens the first usable OpenCL device with ${debug}; NULL if there is none. */
static struct opencl_backend *open_device(const struct weft_network *network,
                                          const struct debug_options *debug) {
    const struct backend_options options = {.device = "0", .batch = 16};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    enum weft_status status = backend_open_debug(network, &options, debug, &backend, NULL, &error);
    if (status != WEFT_OK) {
        skip_test("records of launches", error.message);
    }
    return (struct opencl_backend *)backend;
}

/* A number of the size of a buffer, next to two buffers. Taken for a buffer, it crashes the
 * loader. */
START_TEST(recorded) {
    struct record record = {.layer = 1};
    const struct debug_options debug = {.record = &record};
    struct weft_network *network = NULL;
    struct opencl_backend *cl;
    struct opencl_launch launch;
    const size_t range[3] = {1, 1, 1};
    const uint64_t number = 0x123456789abcdef0u;
    const uint32_t word = 7;
    ck_assert_int_eq(network_create(LIST, &network, NULL), WEFT_OK);
    cl = open_device(network, &debug);
    if (cl != NULL) {
        launch = cl->launches[0];
        launch.set_count = 4;
        launch.set[0].is_buffer = launch.set[2].is_buffer = true;
        memcpy(launch.set[0].bytes, &cl->arrays[ARRAY_PARAMETERS], sizeof(cl_mem));
        launch.set[1].is_buffer = launch.set[3].is_buffer = false;
        launch.set[1].size = sizeof(cl_mem);
        memcpy(launch.set[1].bytes, &number, sizeof(cl_mem));
        memcpy(launch.set[2].bytes, &cl->losses, sizeof(cl_mem));
        memcpy(launch.set[3].bytes, &word, sizeof word);
        debug_record(cl, &launch, range);
        ck_assert_uint_eq(record.launch_count, 1);
        ck_assert(!record.full);
        ck_assert_uint_eq(record.launches[0].count, 4);
        ck_assert_int_eq(record.launches[0].arguments[0].buffer, 0);
        ck_assert_int_eq(record.launches[0].arguments[1].buffer, -1);
        ck_assert_int_eq(record.launches[0].arguments[2].buffer, 1);
        ck_assert_int_eq(record.launches[0].arguments[3].buffer, -1);
        ck_assert_uint_eq(record.launches[0].arguments[3].word, word);
        ck_assert_ptr_eq(record.buffers[1].id, cl->losses);
        backend_close(&cl->base);
    }
    record_finish(&record);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, kinds);
    tcase_add_test(tests, recorded);
}

CHECK_MAIN("record", add_tests)

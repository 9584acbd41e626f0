/* test_fill.c: a new device holds zeros, also where the driver fills buffers wrongly. */
#include "player_case.h"

#include "backend/ops.h"

static const char LIST[] =
    "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": 3, "
    "\"kernel_size\": 3}, {\"kind\": \"batch_norm\"}, {\"kind\": \"flatten\"}, {\"kind\": "
    "\"linear\", \"name\": \"out\", \"out_features\": 10}]}";

static void check_zeros(enum weft_mapping mapping) {
    const struct backend_options options = {.device = "0", .batch = 16, .mapping = mapping};
    struct weft_network *network = NULL;
    struct backend *backend = NULL;
    struct weft_error error = {0};
    ck_assert_int_eq(network_create(LIST, &network, NULL), WEFT_OK);
    ck_assert_msg(backend_open(network, &options, &backend, NULL, &error) == WEFT_OK, "%s",
                  error.message);
    for (int array = 0; array < ARRAY_COUNT; array++) {
        float values[512];
        size_t count = array_count(network, array);
        ck_assert_uint_le(count, sizeof values / sizeof values[0]);
        ck_assert_int_eq(backend_read(backend, array, values, &error), WEFT_OK);
        for (size_t i = 0; i < count; i++) {
            ck_assert_msg(values[i] == 0, "array %d, value %zu: %g", array, i, (double)values[i]);
        }
    }
    backend_close(backend);
    network_destroy(network);
}

START_TEST(gpu) {
    if (player_plays("gpu,badfill")) {
        check_zeros(WEFT_MAPPING_GPU);
    }
}
END_TEST

START_TEST(cpu) {
    if (player_plays("cpu,badfill")) {
        check_zeros(WEFT_MAPPING_CPU);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, gpu);
    tcase_add_test(tests, cpu);
}

CHECK_MAIN("fill", add_tests)

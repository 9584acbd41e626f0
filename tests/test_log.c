/* test_log.c: messages of a device to a caller's log function; the library prints nothing
 * itself. */
#include "check_weft.h"

#include <stdlib.h>
#include <string.h>

#include "backend/device.h"
#include "backend/log.h"

#define TEXTS_MAX 65536

struct heard {
    char texts[TEXTS_MAX]; /* one line for each message */
    size_t count;
};

static void listen(void *context, const char *text) {
    struct heard *heard = context;
    size_t length = strlen(heard->texts);
    ck_assert_str_ne(text, "");
    ck_assert_int_ne(text[strlen(text) - 1], '\n');
    snprintf(heard->texts + length, TEXTS_MAX - length, "%s\n", text);
    heard->count++;
}

/* Opens ${device} with a listener and closes it. Returns false if there is no such device. */
static bool open_device(const char *device, bool no_cache, struct heard *heard) {
    struct backend_options options = {
        .device = device, .batch = 4, .no_cache = no_cache, .log = {listen, heard}};
    struct weft_network *network = NULL;
    struct backend *backend = NULL;
    struct weft_error error = {0};
    bool found;
    ck_assert_int_eq(network_create_published(&network, &error), WEFT_OK);
    found = backend_open(network, &options, &backend, NULL, &error) == WEFT_OK;
    ck_assert(found || error.status == WEFT_USAGE || error.status == WEFT_BAD_DEVICE);
    backend_close(backend);
    network_destroy(network);
    return found;
}

START_TEST(without_a_log) {
    struct backend_log log = {NULL, NULL};
    log_write(&log, "%s", "nothing");
}
END_TEST

START_TEST(long_texts_are_complete) {
    struct heard *heard = calloc(1, sizeof *heard);
    struct backend_log log = {listen, heard};
    char text[20001] = "";
    ck_assert_ptr_nonnull(heard);
    memset(text, 'x', sizeof text - 1);
    log_write(&log, "%s %d", text, 7);
    ck_assert_uint_eq(strlen(heard->texts), 20003);
    ck_assert_str_eq(heard->texts + 20000, " 7\n");
    free(heard);
}
END_TEST

START_TEST(cpu) {
    struct heard *heard = calloc(1, sizeof *heard);
    ck_assert_ptr_nonnull(heard);
    ck_assert(open_device("cpu", false, heard));
    ck_assert_ptr_nonnull(strstr(heard->texts, "cpu: "));
    ck_assert_ptr_nonnull(strstr(heard->texts, " threads"));
    ck_assert_ptr_null(strstr(heard->texts, "opencl"));
    free(heard);
}
END_TEST

START_TEST(opencl) {
    static const char *const expected[] = {
        "opencl: device ",
        "opencl: program cache: off\n",
        "opencl: program: built in ",
        "opencl: buffer: parameters, ",
        "opencl: buffer: input, ",
        "opencl: buffer: out.output.grad, ",
        "opencl: memory: ",
        "opencl: plan: conv1 + max_pool2d2: fused, conv2d_pool.cl",
        "opencl: plan: fc2: linear.cl"};
    struct device_info *devices = NULL;
    struct weft_error error = {0};
    size_t count = 0, tried = 0;
    ck_assert_int_eq(devices_list(&devices, &count, NULL, &error), WEFT_OK);
    for (size_t i = 0; i < count; i++) {
        struct heard *heard = calloc(1, sizeof *heard);
        char index[16];
        ck_assert_ptr_nonnull(heard);
        snprintf(index, sizeof index, "%u", devices[i].index);
        if (devices[i].usable && !devices[i].builtin && open_device(index, true, heard)) {
            tried++;
            for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
                ck_assert_msg(strstr(heard->texts, expected[k]) != NULL, "%s: nothing of %s",
                              devices[i].name, expected[k]);
            }
        }
        free(heard);
    }
    free(devices);
    if (tried == 0) {
        skip_test("opencl", "no OpenCL device");
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, without_a_log);
    tcase_add_test(tests, long_texts_are_complete);
    tcase_add_test(tests, cpu);
    tcase_add_test(tests, opencl);
}

CHECK_MAIN("log", add_tests)

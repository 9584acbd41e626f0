/* test_api_devices.c: the public functions of devices. */
#include "api_status.h"
#include "check_weft.h"

static struct weft_error *error;
static struct weft_devices *devices;
static size_t count;

static void set_up(void) {
    error = weft_error_create();
    SUCCESS(weft_devices_list(&devices, error));
    count = weft_devices_count(devices);
}

static void tear_down(void) {
    weft_devices_destroy(devices);
    weft_error_destroy(error);
}

START_TEST(list) {
    size_t defaults = 0;
    ck_assert_uint_ge(count, 1);
    for (size_t i = 0; i < count; i++) {
        const struct weft_device *device = weft_devices_get(devices, i);
        ck_assert_uint_eq(device->size, sizeof *device);
        ck_assert_uint_eq(device->index, i + 1 < count ? i : WEFT_NO_INDEX);
        ck_assert(device->builtin == (i + 1 == count));
        ck_assert_str_ne(device->name, "");
        ck_assert_str_ne(device->type, "");
        ck_assert(device->usable == (device->order > 0));
        ck_assert(device->is_default == (device->order == 1));
        ck_assert(device->driver != NULL && device->opencl != NULL && device->opencl_c != NULL);
        ck_assert(device->pci != NULL && device->uuid != NULL && device->fp_config != NULL);
        ck_assert(device->reason != NULL && device->hint != NULL);
        defaults += device->is_default;
    }
    ck_assert_uint_eq(defaults, 1);
    ck_assert_ptr_null(weft_devices_get(devices, count));
    ck_assert_ptr_null(weft_devices_get(devices, SIZE_MAX));
    ck_assert_ptr_nonnull(weft_devices_note(devices));
    ck_assert_ptr_nonnull(weft_devices_note_hint(devices));
    ck_assert(count > 1 || weft_devices_note(devices)[0] != '\0');
}
END_TEST

START_TEST(choose) {
    char selector[32];
    size_t index;
    SUCCESS(weft_devices_choose(devices, "cpu", &index, error));
    ck_assert_uint_eq(index, count - 1);
    SUCCESS(weft_devices_choose(devices, NULL, &index, error));
    ck_assert(weft_devices_get(devices, index)->is_default);
    SUCCESS(weft_devices_choose(devices, "auto", &index, error));
    ck_assert(weft_devices_get(devices, index)->is_default);
    for (size_t i = 0; i + 1 < count; i++) {
        snprintf(selector, sizeof selector, "%zu", i);
        if (weft_devices_get(devices, i)->usable) {
            SUCCESS(weft_devices_choose(devices, selector, &index, error));
            ck_assert_uint_eq(index, i);
        } else {
            expect_status(weft_devices_choose(devices, selector, &index, error), error,
                          WEFT_BAD_DEVICE, "not usable");
        }
    }
    expect_status(weft_devices_choose(devices, "no such device", &index, error), error,
                  WEFT_BAD_DEVICE, "device \"no such device\": matches no device");
    expect_status(weft_devices_choose(devices, "4294967296", &index, error), error, WEFT_BAD_DEVICE,
                  "matches no device");
}
END_TEST

START_TEST(wrong_uses) {
    size_t index;
    USAGE(weft_devices_list(NULL, error), "weft_devices_list: devices is NULL");
    USAGE(weft_devices_choose(NULL, "cpu", &index, error), "devices is NULL");
    USAGE(weft_devices_choose(devices, "cpu", NULL, error), "index is NULL");
    USAGE(weft_devices_choose(devices, "", &index, error), "selector is empty");
    ck_assert_uint_eq(weft_devices_count(NULL), 0);
    ck_assert_ptr_null(weft_devices_get(NULL, 0));
    ck_assert_str_eq(weft_devices_note(NULL), "");
    ck_assert_str_eq(weft_devices_note_hint(NULL), "");
    ck_assert(!weft_device_lost());
    weft_devices_destroy(NULL);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, list);
    tcase_add_test(tests, choose);
    tcase_add_test(tests, wrong_uses);
}

CHECK_MAIN("api_devices", add_tests)

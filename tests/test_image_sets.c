/* test_image_sets.c: sets of images, on a backend that only checks how they are replaced. */
#include "check_weft.h"

#include "backend/ops.h"

#include <stdlib.h>
#include <string.h>

enum { IMAGES = 40 };

static struct weft_network *network;
static uint16_t labels[IMAGES];
static uint8_t pixels[IMAGES * 4];
static const uint16_t *held; /* the labels that a transfer reads */

static void set_up(void) {
    ck_assert_int_eq(network_create("{\"input\": [1, 2, 2], \"layers\": [{\"kind\": \"flatten\"}, "
                                    "{\"kind\": \"linear\", \"out_features\": 300}]}",
                                    &network, NULL),
                     WEFT_OK);
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint16_t)(200 + i);
    }
}

static void tear_down(void) {
    network_destroy(network);
}

/* Waits for the transfer. */
static void drop_images(struct backend *backend, struct backend_set *set) {
    (void)backend, (void)set;
    ck_assert(held == NULL || memcmp(held, labels, sizeof labels) == 0);
    held = NULL;
}

static enum weft_status set_images(struct backend *backend, struct backend_set *set,
                                   const struct weft_images *images, struct weft_error *error) {
    (void)images;
    drop_images(backend, set);
    held = set->labels;
    return watch_check(&backend->watch, "images", error);
}

static const struct backend_ops ops = {.set_images = set_images, .drop_images = drop_images};

static struct weft_images images_of(size_t count) {
    return (struct weft_images){
        .count = count,
        .channels = 1,
        .height = 2,
        .width = 2,
        .classes = 300,
        .pixels = pixels,
        .labels = labels,
    };
}

static bool go_on(void *context, double steps) {
    (void)steps;
    return *(bool *)context;
}

/* The labels live until the device has waited for the transfer that reads them. */
START_TEST(labels_that_are_read) {
    struct backend backend = {.ops = &ops, .network = network};
    const struct weft_images images = images_of(IMAGES);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(backend_set_images(&backend, 1, &images, NULL), WEFT_OK);
    }
    backend_drop_images(&backend, 1);
    ck_assert_int_eq(backend_set_images(&backend, 1, &images, NULL), WEFT_OK);
    backend_drop_images(&backend, 1);
    free(backend.sets);
}
END_TEST

/* An interruption is that of one call. */
START_TEST(interrupted) {
    bool goes_on = false;
    struct backend backend = {
        .ops = &ops, .network = network, .watch = {.asked = {go_on, &goes_on}}};
    const struct weft_images images = images_of(IMAGES);
    ck_assert_int_eq(backend_set_images(&backend, 0, &images, NULL), WEFT_INTERRUPTED);
    goes_on = true;
    ck_assert_int_eq(backend_set_images(&backend, 0, &images, NULL), WEFT_OK);
    backend_drop_images(&backend, 0);
    free(backend.sets);
}
END_TEST

/* Kernels count the images of a set with an int. */
START_TEST(too_many) {
    struct backend backend = {.ops = &ops, .network = network};
    struct weft_error error = {0};
    struct weft_images images = images_of((size_t)INT32_MAX + 1);
    images.labels = NULL;
    ck_assert_int_eq(backend_set_images(&backend, 0, &images, &error), WEFT_USAGE);
    ck_assert_str_eq(error.message, "images: 2147483648 of them, but a set has 1 to 2147483647");
    images.count = 0;
    ck_assert_int_eq(backend_set_images(&backend, 0, &images, &error), WEFT_USAGE);
    free(backend.sets);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, labels_that_are_read);
    tcase_add_test(tests, interrupted);
    tcase_add_test(tests, too_many);
}

CHECK_MAIN("image_sets", add_tests)

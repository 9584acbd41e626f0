/* test_pixels.c: the bytes of each channel get the values of that channel, on every device. */
#include "backend/inspect.h"
#include "check_weft.h"
#include "layer_case.h"
#include "layer_places.h"
#include "numerics.h"

#include <string.h>

/* Three channels of 5 x 2 values: 30 have divisors, so that an item has values of two channels. */
enum { IMAGES = 18, CHANNELS = 3, AREA = 10, SIZE = CHANNELS * AREA };

static const struct normalisation CHANNELS_3 = {
    CHANNELS, {0.25f, 0.5f, 0.4914f}, {0.125f, 1, 0.247f}};

static uint8_t pixels[IMAGES * SIZE];
static uint16_t labels[IMAGES];
static const struct weft_images images = {IMAGES, CHANNELS, 5, 2, pixels, labels, 2};

static void set_up(void) {
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 89 % 256);
    }
}

/* Evaluates all images, and compares the network's input with ${expected}. */
static void check_input(struct backend *backend, const char *place, const float *expected) {
    float input[IMAGES * SIZE];
    const struct evaluation_pass pass = {.count = IMAGES};
    struct weft_error error = {0};
    ck_assert_int_eq(backend_set_images(backend, 0, &images, &error), WEFT_OK);
    ck_assert_msg(backend_evaluate(backend, &pass, &error) == WEFT_OK, "%s: %s", place,
                  error.message);
    ck_assert_int_eq(backend_tensor(backend, "input", input, IMAGES * SIZE, &error), WEFT_OK);
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        ck_assert_msg(memcmp(&input[i], &expected[i], sizeof *input) == 0, "%s: value %zu: %g, %g",
                      place, i, (double)input[i], (double)expected[i]);
    }
}

START_TEST(of_each_channel) {
    struct weft_network *network =
        layer_network("{\"input\": [3, 5, 2], \"layers\": [{\"kind\": \"flatten\"},"
                      " {\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 2}]}");
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list(LAYER_TINY, "pixels", places);
    const struct normalisation published = {.channels = 0}, wrong = {2, {0, 0}, {1, 1}};
    float table[256], own[IMAGES * SIZE], same[IMAGES * SIZE];
    pixels_normalised(table);
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        const size_t c = i / AREA % CHANNELS;
        own[i] = weft_clean(weft_div(weft_div((float)pixels[i], 255) - CHANNELS_3.mean[c],
                                     CHANNELS_3.deviation[c]));
        same[i] = weft_clean(table[pixels[i]]);
    }
    for (size_t i = 0; i < count; i++) {
        struct backend *backend = layer_open(network, &places[i], IMAGES, "pixels");
        ck_assert_int_eq(backend_set_normalisation(backend, &CHANNELS_3, NULL), WEFT_OK);
        check_input(backend, places[i].name, own);
        ck_assert_int_eq(backend_set_normalisation(backend, &published, NULL), WEFT_OK);
        check_input(backend, places[i].name, same);
        ck_assert_int_eq(backend_set_normalisation(backend, &wrong, NULL), WEFT_USAGE);
        backend_close(backend);
    }
    network_destroy(network);
}
END_TEST

/* A flat input is one channel. */
START_TEST(of_a_flat_input) {
    struct weft_network *network =
        layer_network("{\"input\": [30], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\","
                      " \"out_features\": 2}]}");
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    const struct normalisation grey = {1, {0.25f}, {0.5f}};
    struct backend *backend = layer_open(network, &place, IMAGES, "flat");
    float expected[IMAGES * SIZE];
    for (size_t i = 0; i < (size_t)IMAGES * SIZE; i++) {
        expected[i] = weft_clean(weft_div(weft_div((float)pixels[i], 255) - 0.25f, 0.5f));
    }
    ck_assert_int_eq(backend_set_normalisation(backend, &CHANNELS_3, NULL), WEFT_USAGE);
    ck_assert_int_eq(backend_set_normalisation(backend, &grey, NULL), WEFT_OK);
    check_input(backend, "cpu", expected);
    backend_close(backend);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, of_each_channel);
    tcase_add_test(tests, of_a_flat_input);
}
CHECK_MAIN("pixels", add_tests)

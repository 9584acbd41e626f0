/* test_profile.c: the profile of a backend: the same work on every device, with any division into
 * kernels. */
#include "backend/inspect.h"
#include "backend/measure.h"
#include "backend/opencl/clblast/engine.h"
#include "check_weft.h"
#include "layer_places.h"
#include "train/train_model.h"

#include <string.h>

/* Forward, for an image: conv2d 2 x 4 x 4 outputs of 9 products, linear 3 outputs of 8 products: 2
 * x (288 + 24) FLOP. Backward: the same for the gradients of parameters and the same for the
 * gradients of inputs, except those of the first layer, which training does not need. */
static const char json[] =
    "{\"input\": [1, 6, 6], \"layers\": ["
    "{\"kind\": \"conv2d\", \"name\": \"c\", \"out_channels\": 2, \"kernel_size\": 3},"
    "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}, {\"kind\": \"relu\"},"
    "{\"kind\": \"batch_norm\", \"name\": \"b\"}, {\"kind\": \"flatten\"},"
    "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";
enum { CONV = 2 * 288, LINEAR = 2 * 24, IMAGES = 23, BATCH = 20, PARAMETERS = 20 + 4 + 27 };

static struct weft_network *network;

static void open_network(void) {
    struct weft_error error = {0};
    ck_assert_msg(network_create(json, &network, &error) == WEFT_OK, "%s", error.message);
}

static void close_network(void) {
    network_destroy(network);
}

/* Opens ${place}, with images and parameters. */
static struct backend *start(const struct layer_place *place, bool no_fuse, enum weft_math math) {
    struct backend_options options = {.device = place->device,
                                      .threads = place->threads,
                                      .mapping = place->mapping,
                                      .cl_options = place->cl_options,
                                      .no_fuse = no_fuse,
                                      .math = math,
                                      .batch = BATCH};
    uint8_t pixels[IMAGES * 36];
    uint16_t labels[IMAGES];
    struct weft_images images = {IMAGES, 1, 6, 6, pixels, labels, 3};
    float values[256], parameters[PARAMETERS];
    struct backend *backend = NULL;
    struct weft_error error = {0};
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37 % 251);
    }
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint16_t)(i % 3);
    }
    for (size_t i = 0; i < PARAMETERS; i++) {
        parameters[i] = (float)((int)(i * 7 % 11) - 5) / 16.0f;
    }
    pixels_normalised(values);
    ck_assert_uint_eq(network->parameter_count, PARAMETERS);
    if (backend_open(network, &options, &backend, NULL, &error) == WEFT_OK) {
        backend_set_pixels(backend, values, &error);
        backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, &error);
        backend_write(backend, ARRAY_PARAMETERS, parameters, &error);
    }
    ck_assert_msg(error.status == WEFT_OK, "%s: %s", place->name, error.message);
    return backend;
}

/* Two steps: 20 images and 3. */
static void train(struct backend *backend) {
    uint32_t order[IMAGES];
    struct update adam[2] = {adam_update(0.01f, 1), adam_update(0.01f, 2)};
    struct training_steps steps = {2, BATCH, IMAGES, order, adam};
    struct weft_step_result results[2];
    struct weft_error error = {0};
    for (uint32_t i = 0; i < IMAGES; i++) {
        order[i] = i;
    }
    ck_assert_msg(backend_train(backend, &steps, results, &error) == WEFT_OK, "%s", error.message);
}

struct total {
    size_t entries;
    uint64_t launches, flop, bytes;
    double seconds;
};

static struct total read_total(struct backend *backend) {
    struct profile_entry *entries;
    struct weft_error error = {0};
    struct total total = {0};
    ck_assert_msg(backend_profile_read(backend, &entries, &total.entries, &error) == WEFT_OK, "%s",
                  error.message);
    for (size_t i = 0; i < total.entries; i++) {
        ck_assert_str_ne(entries[i].name, "");
        ck_assert_uint_gt(entries[i].launches, 0);
        ck_assert_msg(entries[i].seconds >= 0 && entries[i].seconds < 600, "%s: %g s",
                      entries[i].name, entries[i].seconds);
        ck_assert_msg(entries[i].bytes > 0, "%s moves nothing", entries[i].name);
        ck_assert_msg(entries[i].flop == 0 || entries[i].layers[0] != '\0', "%s: no layer",
                      entries[i].name);
        total.launches += entries[i].launches;
        total.flop += entries[i].flop;
        total.bytes += entries[i].bytes;
        total.seconds += entries[i].seconds;
    }
    free(entries);
    return total;
}

static void check_place(const struct layer_place *place, bool no_fuse, enum weft_math math) {
    struct backend *backend = start(place, no_fuse, math);
    struct propagation probe = {WEFT_STATISTICS_BATCH, 2, (float[72]){0}, (float[6]){1, 2}};
    struct evaluation_pass pass = {.set = WEFT_SPLIT_TRAIN, .first = 1, .count = 5};
    struct weft_error error = {0};
    struct total once, twice;
    train(backend);
    ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
    ck_assert_uint_eq(read_total(backend).entries, 0);
    train(backend);
    once = read_total(backend);
    ck_assert_uint_eq(once.flop, (uint64_t)IMAGES * (2 * CONV + 3 * LINEAR));
    ck_assert(once.seconds > 0);
    train(backend);
    twice = read_total(backend);
    ck_assert_uint_eq(twice.entries, once.entries);
    ck_assert_uint_eq(twice.launches, 2 * once.launches);
    ck_assert_uint_eq(twice.bytes, 2 * once.bytes);
    ck_assert_uint_eq(twice.flop, 2 * once.flop);
    ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
    ck_assert_int_eq(backend_evaluate(backend, &pass, &error), WEFT_OK);
    ck_assert_uint_eq(read_total(backend).flop, 5 * (CONV + LINEAR));
    ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
    ck_assert_int_eq(backend_propagate(backend, &probe, &error), WEFT_OK);
    ck_assert_uint_eq(read_total(backend).flop, 2 * 3 * (CONV + LINEAR));
    backend_close(backend);
}

START_TEST(work_is_the_same_everywhere) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "profile", places);
    for (size_t i = 0; i < count; i++) {
        check_place(&places[i], false, WEFT_MATH_EXACT);
        if (places[i].opencl) {
            check_place(&places[i], true, WEFT_MATH_EXACT);
        }
    }
}
END_TEST

/* The products of CLBlast are the same work. */
START_TEST(work_is_the_same_fast) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "profile of fast math", places);
    if (opencl_engine == NULL) {
        skip_test("profile of fast math", "built without CLBlast");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (places[i].opencl) {
            check_place(&places[i], false, WEFT_MATH_FAST);
        }
    }
}
END_TEST

/* More launches than the number of stored events. */
START_TEST(many_launches) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "profile of many launches", places);
    for (size_t i = 0; i < count; i++) {
        struct backend *backend = start(&places[i], true, WEFT_MATH_EXACT);
        struct weft_error error = {0};
        struct total total;
        ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
        for (int n = 0; n < 50; n++) {
            train(backend);
        }
        total = read_total(backend);
        ck_assert_uint_eq(total.flop, (uint64_t)50 * IMAGES * (2 * CONV + 3 * LINEAR));
        ck_assert_uint_eq(total.launches % 50, 0); /* a join of losses after every two steps */
        backend_close(backend);
    }
}
END_TEST

START_TEST(changes_no_bit) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "profile and bits", places);
    float expected[PARAMETERS], values[PARAMETERS];
    for (size_t i = 0; i < count; i++) {
        struct backend *backend = start(&places[i], false, WEFT_MATH_EXACT);
        struct weft_error error = {0};
        if (i > 0) {
            backend_profile_start(backend, &error);
        }
        train(backend);
        ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, values, &error), WEFT_OK);
        if (i == 0) {
            memcpy(expected, values, sizeof values);
        }
        ck_assert_msg(memcmp(expected, values, sizeof values) == 0, "%s", places[i].name);
        backend_profile_stop(backend);
        train(backend);
        backend_close(backend);
    }
}
END_TEST

START_TEST(not_started) {
    struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct backend *backend = start(&place, false, WEFT_MATH_EXACT);
    struct profile_entry *entries;
    struct weft_error error = {0};
    size_t count;
    backend_profile_stop(backend);
    ck_assert_int_eq(backend_profile_read(backend, &entries, &count, &error), WEFT_USAGE);
    ck_assert_ptr_null(entries);
    error = (struct weft_error){0};
    ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
    backend_profile_stop(backend);
    ck_assert_int_eq(backend_profile_read(backend, &entries, &count, &error), WEFT_USAGE);
    backend_close(backend);
}
END_TEST

START_TEST(peak) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "peak", places);
    for (size_t i = 0; i < count; i++) {
        struct backend *backend = start(&places[i], false, WEFT_MATH_EXACT);
        struct fma_peak measured;
        struct weft_error error = {0};
        ck_assert_msg(backend_peak(backend, &measured, &error) == WEFT_OK, "%s: %s", places[i].name,
                      error.message);
        ck_assert(measured.gflops > 0 && measured.seconds > 0);
        ck_assert_str_ne(measured.variant, "");
        backend_close(backend);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, open_network, close_network);
    tcase_add_test(tests, work_is_the_same_everywhere);
    tcase_add_test(tests, work_is_the_same_fast);
    tcase_add_test(tests, many_launches);
    tcase_add_test(tests, changes_no_bit);
    tcase_add_test(tests, not_started);
    tcase_add_test(tests, peak);
}

CHECK_MAIN("profile", add_tests)

/* test_watch.c: a backend asks its watch within a step, stops when the answer is no, and computes
 * the same bits with a watch as without. */
#include "check_weft.h"

#include "data/model.h"
#include "layer_places.h"
#include "layer_values.h"
#include "os/host.h"
#include "train/train_model.h"
#include "training_case.h"

#include <string.h>

/* A step of 48 images takes 20 GFLOP: OpenCL enqueues its kernels in parts. Of the second layer,
 * one channel alone is more than a piece. */
static const char list[] =
    "{\"input\": [1, 40, 40], \"layers\": ["
    "{\"kind\": \"conv2d\", \"out_channels\": 24, \"kernel_size\": 3}, "
    "{\"kind\": \"conv2d\", \"out_channels\": 37, \"kernel_size\": [7, 7]}, {\"kind\": \"relu\"}, "
    "{\"kind\": \"max_pool2d\", \"kernel_size\": 32}, {\"kind\": \"batch_norm\"}, "
    "{\"kind\": \"flatten\"}, {\"kind\": \"linear\", \"out_features\": 10}]}";

enum { IMAGES = 48, CLASSES = 10 };

struct asked {
    size_t times, most; /* ${most}: from then on the answer is no */
    double last;
    bool backwards; /* a call said that less was done than before */
};

static bool go_on(void *context, double steps) {
    struct asked *asked = context;
    asked->backwards = asked->backwards || steps < asked->last;
    asked->last = steps;
    asked->times++;
    return asked->times < asked->most;
}

static struct weft_model *model;
static struct weft_images images;
static uint32_t order[IMAGES];

static void set_up(void) {
    struct weft_network *network;
    ck_assert_int_eq(network_create(list, &network, NULL), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, NULL), WEFT_OK);
    model_initialise(model, 1);
    training_images(IMAGES, 1600, CLASSES, 2, &images);
    images.height = 40;
    images.width = 40;
    for (uint32_t i = 0; i < IMAGES; i++) {
        order[i] = i;
    }
}

static void tear_down(void) {
    model_destroy(model);
    images_finish(&images);
}

/* Opens ${place} with the images; ${asked} may be NULL. */
static struct backend *open_place(const struct layer_place *place, enum weft_step_kernel kernel,
                                  struct asked *asked) {
    struct backend *backend;
    struct weft_error error = {0};
    float pixels[256];
    const struct backend_options options = {
        .device = place->device,
        .threads = place->threads,
        .mapping = place->mapping,
        .cl_options = place->cl_options,
        .step_kernel = kernel,
        .batch = IMAGES,
        .watch = {.go_on = asked != NULL ? go_on : NULL, .context = asked}};
    ck_assert_msg(backend_open(model->network, &options, &backend, NULL, &error) == WEFT_OK,
                  "%s: %s", place->name, error.message);
    pixels_normalised(pixels);
    ck_assert_int_eq(backend_set_pixels(backend, pixels, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, NULL), WEFT_OK);
    return backend;
}

/* Writes the values of the model, makes ${count} steps of all images, at most 3, and stores the
 * parameters after them. */
static enum weft_status make_steps(struct backend *backend, size_t count, float *parameters) {
    const struct update adam[] = {adam_update(0.01f, 1), adam_update(0.01f, 2),
                                  adam_update(0.01f, 3)};
    const struct training_steps steps = {count, IMAGES / count, IMAGES, order, adam};
    struct weft_step_result results[3];
    float *zeros = layer_alloc((model->network->parameter_count + 1) * sizeof *zeros);
    enum weft_status status;
    backend_write(backend, ARRAY_PARAMETERS, model->parameters, NULL);
    backend_write(backend, ARRAY_BUFFERS, model->buffers, NULL);
    backend_write(backend, ARRAY_MOMENTS, zeros, NULL);
    backend_write(backend, ARRAY_SECOND_MOMENTS, zeros, NULL);
    status = backend_train(backend, &steps, results, NULL);
    backend_read(backend, ARRAY_PARAMETERS, parameters, NULL);
    free(zeros);
    return status;
}

/* Waits until the next question is due. */
static void pause_watch(void) {
    double end = os_seconds() + 0.15;
    while (os_seconds() < end) {
    }
}

/* Stops a step at the first question, then makes it completely: the same bits as without. */
START_TEST(interrupted_and_again) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "watch", places);
    size_t bytes = model->network->parameter_count * sizeof(float);
    float *expected = layer_alloc(bytes), *found = layer_alloc(bytes);
    struct backend *backend = open_place(&places[0], WEFT_STEP_KERNEL_AUTO, NULL);
    ck_assert_int_eq(make_steps(backend, 1, expected), WEFT_OK);
    backend_close(backend);
    for (size_t i = 0; i < count; i++) {
        struct asked asked = {.most = SIZE_MAX};
        if (places[i].flush) {
            continue;
        }
        backend = open_place(&places[i], WEFT_STEP_KERNEL_NEVER, &asked);
        pause_watch();
        asked = (struct asked){.most = 1};
        ck_assert_msg(make_steps(backend, 1, found) == WEFT_INTERRUPTED, "%s: not interrupted",
                      places[i].name);
        ck_assert_uint_eq(asked.times, 1);
        pause_watch();
        asked = (struct asked){.most = SIZE_MAX};
        ck_assert_msg(make_steps(backend, 1, found) == WEFT_OK, "%s: interrupted", places[i].name);
        ck_assert_msg(memcmp(found, expected, bytes) == 0, "%s: other bits", places[i].name);
        ck_assert_msg(!asked.backwards && asked.last < 1.2, "%s: %g steps", places[i].name,
                      asked.last);
        ck_assert_msg(places[i].opencl || asked.times > 0, "%s: never asked", places[i].name);
        backend_close(backend);
    }
    free(expected);
    free(found);
}
END_TEST

/* What is known before: the numbers of a small network, by hand. */
START_TEST(needs) {
    struct weft_network *network;
    struct network_needs train, forward;
    ck_assert_int_eq(network_create("{\"input\": [6], \"layers\": [{\"kind\": \"linear\", "
                                    "\"out_features\": 5}, {\"kind\": \"relu\"}, {\"kind\": "
                                    "\"linear\", \"out_features\": 2}]}",
                                    &network, NULL),
                     WEFT_OK);
    train = network_needs_of(network, 17, false);
    forward = network_needs_of(network, 16, true);
    ck_assert_uint_eq(train.flop, 17 * (2 * 60 + 3 * 20));
    ck_assert_uint_eq(forward.flop, 16 * (60 + 20));
    ck_assert_uint_eq(train.arrays, (1 + 3 + 2) * 47 * 4); /* two shards of 16 images */
    ck_assert_uint_eq(forward.arrays, 47 * 4);
    ck_assert_uint_eq(train.activations, 2 * 32 * (6 + 5 + 5 + 2) * 4);
    ck_assert_uint_eq(forward.activations, 16 * (6 + 5 + 5 + 2) * 4);
    network_destroy(network);
}
END_TEST

/* Too little memory is noticed before it is used. */
START_TEST(too_large) {
    struct weft_network *network;
    struct backend *backend;
    struct weft_error error = {0};
    const struct backend_options options = {.device = "cpu", .threads = 1, .batch = 1000000};
    ck_assert_int_eq(network_create("{\"input\": [1, 1000, 1000], \"layers\": [{\"kind\": "
                                    "\"conv2d\", \"out_channels\": 100, \"kernel_size\": 1}, "
                                    "{\"kind\": \"max_pool2d\", \"kernel_size\": 1000}]}",
                                    &network, NULL),
                     WEFT_OK);
    ck_assert_int_eq(backend_open(network, &options, &backend, NULL, &error), WEFT_NO_MEMORY);
    ck_assert_ptr_nonnull(strstr(error.message, "GB are needed for batches of 1000000 images"));
    network_destroy(network);
}
END_TEST

/* Stops three steps by one kernel at the first question, after the first of them, then makes all:
 * the same bits as by launches. */
START_TEST(in_one_kernel) {
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list(LAYER_LARGE, "watch of one kernel", places);
    const size_t bytes = model->network->parameter_count * sizeof(float);
    float *expected = layer_alloc(bytes), *found = layer_alloc(bytes);
    for (size_t i = 0; i < count; i++) {
        struct asked asked = {.most = SIZE_MAX};
        uint64_t by_launches, by_kernel;
        struct backend *backend;
        if (strncmp(places[i].name, "Portable", 8) != 0 || places[i].mapping != WEFT_MAPPING_CPU) {
            continue;
        }
        backend = open_place(&places[i], WEFT_STEP_KERNEL_NEVER, &asked);
        ck_assert_int_eq(make_steps(backend, 3, expected), WEFT_OK);
        backend_close(backend);
        backend = open_place(&places[i], WEFT_STEP_KERNEL_ALWAYS, &asked);
        pause_watch();
        asked = (struct asked){.most = 1};
        ck_assert_int_eq(make_steps(backend, 3, found), WEFT_INTERRUPTED);
        backend_steps_made(backend, &by_launches, &by_kernel);
        ck_assert_uint_eq(by_launches, 0);
        ck_assert_uint_eq(by_kernel, 1);
        ck_assert_double_eq(asked.last, 1.0);
        asked = (struct asked){.most = SIZE_MAX};
        ck_assert_int_eq(make_steps(backend, 3, found), WEFT_OK);
        ck_assert_int_eq(memcmp(found, expected, bytes), 0);
        backend_close(backend);
    }
    free(expected);
    free(found);
}
END_TEST

/* Large images are copied in pieces, between which the caller is asked. */
START_TEST(copied_images) {
    const size_t count = 12000; /* 19 MB */
    uint8_t *pixels = calloc(count, 1600);
    const struct weft_images large = {
        .count = count, .channels = 1, .height = 40, .width = 40, .pixels = pixels};
    const struct layer_place cpu = {.name = "cpu", .device = "cpu", .threads = 1};
    struct asked asked = {.most = SIZE_MAX};
    struct backend *backend = open_place(&cpu, WEFT_STEP_KERNEL_AUTO, &asked);
    struct weft_error error = {0};
    ck_assert_ptr_nonnull(pixels);
    pause_watch();
    asked = (struct asked){.most = 1};
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TEST, &large, &error),
                     WEFT_INTERRUPTED);
    ck_assert_str_eq(error.message, "copying images: interrupted");
    asked = (struct asked){.most = SIZE_MAX};
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TEST, &large, NULL), WEFT_OK);
    backend_close(backend);
    free(pixels);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 300);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, interrupted_and_again);
    tcase_add_test(tests, in_one_kernel);
    tcase_add_test(tests, needs);
    tcase_add_test(tests, too_large);
    tcase_add_test(tests, copied_images);
}

CHECK_MAIN("watch", add_tests)

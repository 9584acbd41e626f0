/* test_played.c: the library without a watch and without callbacks, on a slow GPU whose driver ends
 * what takes too long: no launch, and nothing that is enqueued, does. */
#include "player_case.h"

#include "training_case.h"
#include "weft/model.h"
#include "weft/train.h"

enum { LARGE = 3000 }; /* images */

/* Makes ${steps} steps of ${batch} images, and a pass over them, on ${devices}. */
static void check_steps(const char *devices, size_t steps, size_t batch) {
    const struct weft_backend_options options = {.device = "gpu", .batch = batch, .no_cache = true};
    static uint32_t order[LARGE];
    struct weft_step_result results[64];
    struct weft_adam adam[64];
    struct weft_network *network;
    struct weft_model *model;
    struct weft_backend *backend;
    struct weft_images images;
    struct weft_error error = {0};
    float pixels[256];
    if (!player_plays(devices)) {
        return;
    }
    for (uint32_t i = 0; i < steps * batch; i++) {
        order[i] = i;
    }
    for (size_t i = 0; i < steps; i++) {
        adam[i] = weft_adam_step(0.01f, i + 1);
    }
    training_images(steps * batch, 784, 10, 2, &images);
    images.height = images.width = 28;
    weft_pixels_normalised(pixels);
    ck_assert_int_eq(weft_network_create_published(&network, NULL), WEFT_OK);
    ck_assert_int_eq(weft_model_create(network, &model, NULL), WEFT_OK);
    weft_model_initialise(model, 1);
    ck_assert_msg(weft_backend_open(network, &options, &backend, NULL, &error) == WEFT_OK, "%s",
                  error.message);
    weft_backend_set_pixels(backend, pixels, NULL);
    weft_backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, NULL);
    weft_backend_write(backend, WEFT_ARRAY_PARAMETERS, model->parameters, NULL);
    weft_backend_write(backend, WEFT_ARRAY_BUFFERS, model->buffers, NULL);
    const struct weft_steps train = {steps, batch, steps * batch, order, adam};
    const struct weft_pass pass = {.split = WEFT_SPLIT_TRAIN, .count = batch};
    ck_assert_msg(weft_backend_train(backend, &train, results, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert(results[steps - 1].loss > 0);
    ck_assert_msg(weft_backend_evaluate(backend, &pass, &error) == WEFT_OK, "%s", error.message);
    weft_backend_close(backend);
    weft_model_destroy(model);
    weft_images_finish(&images);
}

/* Without waits, 20 steps of some 20 launches take 4 seconds. */
START_TEST(many_steps) {
    check_steps("gpu,slow=10,queue-watchdog=1500", 20, 16);
}
END_TEST

/* Windows counts what is enqueued between two flushes as one. */
START_TEST(steps_between_flushes) {
    check_steps("gpu,slow=10,batch-watchdog=1000", 20, 16);
}
END_TEST

/* A convolution would take a quarter of a second in one launch. */
START_TEST(long_launches) {
    check_steps("gpu,item=*conv*:300,watchdog=200", 1, LARGE);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, many_steps);
    tcase_add_test(tests, steps_between_flushes);
    tcase_add_test(tests, long_launches);
}

CHECK_MAIN("played", add_tests)

/* test_played.c: the library without a watch and without callbacks, on a slow GPU whose driver ends
 * what takes too long: no launch, and nothing that is enqueued, does. */
#include "player_case.h"

#include "data/model.h"
#include "train/train_model.h"
#include "training_case.h"

enum { LARGE = 3000 }; /* images */

/* Makes ${steps} steps of ${batch} images, and a pass over them, on ${devices}. */
static void check_steps(const char *devices, size_t steps, size_t batch) {
    const struct backend_options options = {.device = "gpu", .batch = batch, .no_cache = true};
    static uint32_t order[LARGE];
    struct weft_step_result results[64];
    struct update adam[64];
    struct weft_network *network;
    struct weft_model *model;
    struct backend *backend;
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
        adam[i] = adam_update(0.01f, i + 1);
    }
    training_images(steps * batch, 784, 10, 2, &images);
    images.height = images.width = 28;
    pixels_normalised(pixels);
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, NULL), WEFT_OK);
    model_initialise(model, 1);
    ck_assert_msg(backend_open(network, &options, &backend, NULL, &error) == WEFT_OK, "%s",
                  error.message);
    backend_set_pixels(backend, pixels, NULL);
    backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, NULL);
    backend_write(backend, ARRAY_PARAMETERS, model->parameters, NULL);
    backend_write(backend, ARRAY_BUFFERS, model->buffers, NULL);
    const struct training_steps train = {steps, batch, steps * batch, order, adam};
    const struct evaluation_pass pass = {.set = WEFT_SPLIT_TRAIN, .count = batch};
    ck_assert_msg(backend_train(backend, &train, results, &error) == WEFT_OK, "%s", error.message);
    ck_assert(results[steps - 1].loss > 0);
    ck_assert_msg(backend_evaluate(backend, &pass, &error) == WEFT_OK, "%s", error.message);
    backend_close(backend);
    model_destroy(model);
    images_finish(&images);
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

static bool count_calls(void *context, size_t done, size_t images) {
    (void)done, (void)images;
    ++*(size_t *)context;
    return true;
}

/* A slow device evaluates one batch at a time, so that the caller is asked between them. */
START_TEST(evaluation_of_batches) {
    const struct backend_options options = {.device = "gpu", .batch = 16, .no_cache = true};
    size_t calls = 0;
    const struct evaluation_options evaluated = {
        .set = WEFT_SPLIT_TEST, .batch = 16, .progress = count_calls, .context = &calls};
    struct evaluation evaluation;
    struct weft_network *network;
    struct backend *backend;
    struct weft_images images;
    struct weft_error error = {0};
    if (!player_plays("gpu,slow=20")) {
        return;
    }
    ck_assert_int_eq(network_create("{\"input\": [9], \"layers\": [{\"kind\": \"linear\", "
                                    "\"out_features\": 10}]}",
                                    &network, NULL),
                     WEFT_OK);
    training_images(160, 9, 10, 2, &images);
    ck_assert_msg(backend_open(network, &options, &backend, NULL, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TEST, &images, NULL), WEFT_OK);
    ck_assert_msg(evaluate_images(backend, &evaluated, &evaluation, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert_uint_ge(calls, 10);
    backend_close(backend);
    network_destroy(network);
    images_finish(&images);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, evaluation_of_batches);
    tcase_add_test(tests, many_steps);
    tcase_add_test(tests, steps_between_flushes);
    tcase_add_test(tests, long_launches);
}

CHECK_MAIN("played", add_tests)

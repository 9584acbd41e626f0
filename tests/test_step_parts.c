/* test_step_parts.c: forward, backward and step, one after the other, have the bits of a training
 * step: on every device, with and without fused layers. */
#include "api_case.h"
#include "backend/inspect.h"
#include "check_weft.h"
#include "data/images.h"
#include "data/model.h"
#include "layer_case.h"
#include "layer_places.h"
#include "numerics.h"
#include "train/train_model.h"

#include <string.h>

enum { IMAGES = 37, STEPS = 3 };

static struct weft_model *model;
static struct weft_images *images;
static float table[256], input[IMAGES * API_AREA];

static void set_up(void) {
    model = api_model(1);
    images = api_images(IMAGES, 1);
    pixels_normalised(table);
    for (size_t i = 0; i < IMAGES * API_AREA; i++) {
        input[i] = table[images->pixels[i]];
    }
}

static void tear_down(void) {
    weft_model_destroy(model);
    weft_images_destroy(images);
}

/* The gradient of the sum of cross entropies, as backend/cpu/level.c computes it. */
static void cross_entropy(const float *logits, size_t label, float *dlogits) {
    float largest = logits[0], sum = 0;
    for (size_t k = 1; k < API_CLASSES; k++) {
        largest = logits[k] > largest ? logits[k] : largest;
    }
    for (size_t k = 0; k < API_CLASSES; k++) {
        sum += weft_clean(weft_exp(logits[k] - largest));
    }
    for (size_t k = 0; k < API_CLASSES; k++) {
        const float e = weft_clean(weft_exp(logits[k] - largest));
        dlogits[k] = weft_clean(weft_div(e, sum)) - (k == label ? 1.0f : 0.0f);
    }
}

static void train_whole(struct backend *backend) {
    uint32_t order[IMAGES];
    struct weft_step_result result;
    for (uint32_t i = 0; i < IMAGES; i++) {
        order[i] = i;
    }
    ck_assert_int_eq(backend_set_pixels(backend, table, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_images(backend, 3, images, NULL), WEFT_OK);
    for (uint64_t step = 1; step <= STEPS; step++) {
        const struct update adam = adam_update(0.01f, step);
        const struct training_steps steps = {.steps = 1,
                                             .batch = IMAGES,
                                             .images = IMAGES,
                                             .order = order,
                                             .updates = &adam,
                                             .set = 3};
        ck_assert_int_eq(backend_train(backend, &steps, &result, NULL), WEFT_OK);
    }
}

static void train_parts(struct backend *backend) {
    float logits[IMAGES * API_CLASSES], dlogits[IMAGES * API_CLASSES];
    for (uint64_t step = 1; step <= STEPS; step++) {
        const struct update adam = adam_update(0.01f, step);
        struct weft_error error = {0};
        backend_forward(backend, WEFT_STATISTICS_BATCH, IMAGES, input, &error);
        backend_tensor(backend, "fc.output", logits, IMAGES * API_CLASSES, &error);
        for (size_t i = 0; i < IMAGES; i++) {
            cross_entropy(logits + i * API_CLASSES, images->labels[i], dlogits + i * API_CLASSES);
        }
        backend_backward(backend, dlogits, &error);
        backend_step(backend, &adam, &error);
        ck_assert_msg(error.status == WEFT_OK, "%s", error.message);
    }
}

/* Stores all values of ${backend} and closes it. */
static void read_all(struct backend *backend, float values[4][512]) {
    const struct weft_network *network = model->network;
    ck_assert_uint_lt(network->parameter_count, 512);
    memset(values, 0, 4 * sizeof *values);
    ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, values[0], NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_BUFFERS, values[1], NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_MOMENTS, values[2], NULL), WEFT_OK);
    ck_assert_int_eq(backend_read(backend, ARRAY_SECOND_MOMENTS, values[3], NULL), WEFT_OK);
    backend_close(backend);
}

static struct backend *start(const struct layer_place *place) {
    struct backend *backend = layer_open(model->network, place, IMAGES, "step_parts");
    ck_assert(backend != NULL);
    ck_assert_int_eq(backend_write(backend, ARRAY_PARAMETERS, model->parameters, NULL), WEFT_OK);
    ck_assert_int_eq(backend_write(backend, ARRAY_BUFFERS, model->buffers, NULL), WEFT_OK);
    return backend;
}

static void check_places(struct layer_place places[LAYER_PLACES_MAX], size_t count) {
    float expected[4][512], got[4][512];
    struct backend *backend = start(&places[0]);
    train_whole(backend);
    read_all(backend, expected);
    for (size_t i = 0; i < count; i++) {
        const unsigned flush = layer_flush_begin(&places[i]);
        backend = start(&places[i]);
        train_parts(backend);
        read_all(backend, got);
        ck_assert_msg(memcmp(expected, got, sizeof got) == 0, "%s", places[i].name);
        layer_flush_end(flush);
    }
}

START_TEST(bits) {
    struct layer_place places[LAYER_PLACES_MAX];
    check_places(places, layer_places_list(LAYER_SMALL, "step_parts", places));
    check_places(places, layer_places_list_fused(LAYER_SMALL, "step_parts", places));
}
END_TEST

/* Each call needs the one before it. */
START_TEST(order_of_calls) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct backend *backend = start(&place);
    const struct update adam = adam_update(0.01f, 1);
    static const float dlogits[IMAGES * API_CLASSES];
    ck_assert_int_eq(backend_backward(backend, dlogits, NULL), WEFT_USAGE);
    ck_assert_int_eq(backend_step(backend, &adam, NULL), WEFT_USAGE);
    ck_assert_int_eq(backend_forward(backend, WEFT_STATISTICS_BATCH, IMAGES, input, NULL), WEFT_OK);
    ck_assert_int_eq(backend_step(backend, &adam, NULL), WEFT_USAGE);
    ck_assert_int_eq(backend_forward(backend, WEFT_STATISTICS_BATCH, IMAGES, input, NULL), WEFT_OK);
    ck_assert_int_eq(backend_backward(backend, dlogits, NULL), WEFT_OK);
    ck_assert_int_eq(backend_backward(backend, dlogits, NULL), WEFT_USAGE);
    ck_assert_int_eq(backend_step(backend, &adam, NULL), WEFT_OK);
    ck_assert_int_eq(backend_step(backend, &adam, NULL), WEFT_USAGE);
    backend_close(backend);
}
END_TEST

/* A session trains as train_model does, which "weft train" calls. */
START_TEST(a_session) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    const struct training training = {
        .epochs = 3, .batch = 20, .learning_rate = 0.01f, .seed = 5, .steps = 5};
    struct weft_session *session = api_open(model, "cpu", 20);
    struct weft_model *trained;
    struct backend *backend = layer_open(model->network, &place, 20, "session");
    options.epochs = 3;
    options.seed = 5;
    options.steps = 5;
    ck_assert_int_eq(weft_train(session, images, &options, NULL), WEFT_OK);
    ck_assert_int_eq(weft_session_model(session, &trained, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_pixels(backend, table, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_images(backend, 0, images, NULL), WEFT_OK);
    ck_assert_int_eq(train_model(model, backend, IMAGES, &training, NULL, NULL), WEFT_OK);
    ck_assert_mem_eq(model->parameters, trained->parameters,
                     model->network->parameter_count * sizeof(float));
    ck_assert_mem_eq(model->buffers, trained->buffers,
                     model->network->buffer_count * sizeof(float));
    ck_assert_mem_eq(model->batches, trained->batches,
                     model->network->layer_count * sizeof *model->batches);
    weft_model_destroy(trained);
    weft_session_close(session);
    backend_close(backend);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, bits);
    tcase_add_test(tests, order_of_calls);
    tcase_add_test(tests, a_session);
}

CHECK_MAIN("step_parts", add_tests)

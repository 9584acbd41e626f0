/* test_dropout.c: which values are dropped, when, and the same ones at every place. */
#include "api_case.h"
#include "check_weft.h"
#include "layer_case.h"
#include "training_case.h"

#include "backend/inspect.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

enum { SIZE = 1001, IMAGES = 33, COUNT = SIZE * IMAGES };

static const struct layer_place reference = {
    .name = "cpu, 1 thread", .device = "cpu", .threads = 1};
static float ones[COUNT], output[COUNT], dinput[COUNT], other[COUNT];

static struct backend *open_layers(const char *layers, struct weft_network **network) {
    char json[300];
    struct backend *backend;
    snprintf(json, sizeof json, "{\"input\": [%d], \"layers\": [%s]}", SIZE, layers);
    *network = layer_network(json);
    backend = layer_open(*network, &reference, IMAGES, "dropout");
    ck_assert_ptr_nonnull(backend);
    for (size_t i = 0; i < COUNT; i++) {
        ones[i] = 1;
    }
    return backend;
}

/* Propagates ones in step ${step} of ${seed}, and stores the output and the gradient of the
 * input. */
static void propagate(struct backend *backend, uint64_t seed, uint64_t step, size_t images,
                      enum weft_statistics statistics, float *values, float *gradients) {
    const struct propagation probe = {statistics, images, ones, ones};
    struct weft_error error = {0};
    backend_set_step(backend, seed, step);
    ck_assert_msg(backend_propagate(backend, &probe, &error) == WEFT_OK, "%s", error.message);
    ck_assert(backend_tensor(backend, "l.output", values, images * SIZE, &error) == WEFT_OK);
    ck_assert(backend_tensor(backend, "input.grad", gradients, images * SIZE, &error) == WEFT_OK);
}

#define LAYER_OF(p) "{\"kind\": \"dropout\", \"name\": \"l\", \"p\": " #p "}"

/* The words of src/backend/dropout.h, drawn here one by one. 1 / (1 - 0.25) is 4/3. */
START_TEST(definition) {
    struct weft_network *network;
    struct backend *backend = open_layers("{\"kind\": \"relu\"}, " LAYER_OF(0.25), &network);
    const uint64_t seed = 0x123456789abcdef0u, step = 5000000000u;
    uint32_t key[4];
    propagate(backend, seed, step, IMAGES, WEFT_STATISTICS_BATCH, output, dinput);
    random_draw(seed, RANDOM_DROPOUT, step, 0, key);
    for (size_t i = 0; i < COUNT; i++) {
        const uint32_t value = (uint32_t)(i % SIZE), image = (uint32_t)(i / SIZE);
        const uint32_t counter[4] = {value / 4, image, 2, 0};
        uint32_t words[4];
        random_philox(counter, key, words);
        ck_assert(output[i] == (words[value % 4] < 0x40000000u ? 0 : 4 / 3.0f));
        ck_assert(output[i] == dinput[i]);
    }
    backend_close(backend);
    network_destroy(network);
}
END_TEST

/* Returns how many of ${count} values are 0 in ${a} and, if not NULL, in ${b}. */
static double zeros(const float *a, const float *b, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += a[i] == 0 && (b == NULL || b[i] == 0);
    }
    return (double)found;
}

/* Fails unless ${found} of COUNT events of probability ${p} are within five standard deviations. */
static void expect_about(double found, double p) {
    ck_assert_msg(fabs(found - p * COUNT) < 5 * sqrt(p * (1 - p) * COUNT), "%g of %d, p %g", found,
                  COUNT, p);
}

/* Another step, seed or layer drops others, as often as chance has it; the same drops the same. */
START_TEST(counts) {
    struct weft_network *network, *second;
    struct backend *backend = open_layers(LAYER_OF(0.3), &network);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_BATCH, output, dinput);
    expect_about(zeros(output, NULL, COUNT), 0.3);
    ck_assert_mem_eq(output, dinput, sizeof output);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_BATCH, other, dinput);
    ck_assert_mem_eq(output, other, sizeof output);
    propagate(backend, 1, 2, IMAGES, WEFT_STATISTICS_BATCH, other, dinput);
    expect_about(zeros(output, other, COUNT), 0.09);
    propagate(backend, 2, 1, IMAGES, WEFT_STATISTICS_BATCH, other, dinput);
    expect_about(zeros(output, other, COUNT), 0.09);
    /* An image has the same mask in a smaller batch, and another one than its neighbour. */
    propagate(backend, 1, 1, 3, WEFT_STATISTICS_BATCH, other, dinput);
    ck_assert_mem_eq(output, other, 3 * SIZE * sizeof *output);
    expect_about(zeros(output, output + SIZE, COUNT - SIZE) * IMAGES / (IMAGES - 1), 0.09);
    backend_close(backend);
    backend = open_layers("{\"kind\": \"relu\"}, " LAYER_OF(0.3), &second);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_BATCH, other, dinput);
    expect_about(zeros(output, other, COUNT), 0.09);
    backend_close(backend);
    network_destroy(network);
    network_destroy(second);
}
END_TEST

/* p = 0 changes nothing, p = 1 leaves nothing, and running statistics are not training. */
START_TEST(ends) {
    struct weft_network *network;
    struct backend *backend = open_layers(LAYER_OF(0), &network);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_BATCH, output, dinput);
    ck_assert_mem_eq(output, ones, sizeof output);
    ck_assert_mem_eq(dinput, ones, sizeof output);
    backend_close(backend);
    network_destroy(network);
    backend = open_layers(LAYER_OF(1), &network);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_BATCH, output, dinput);
    ck_assert(zeros(output, dinput, COUNT) == COUNT);
    propagate(backend, 1, 1, IMAGES, WEFT_STATISTICS_RUNNING, output, dinput);
    ck_assert_mem_eq(output, ones, sizeof output);
    ck_assert_mem_eq(dinput, ones, sizeof output);
    backend_close(backend);
    network_destroy(network);
}
END_TEST

/* An evaluation drops nothing, by either statistics: the logits are the pixels. */
START_TEST(evaluation) {
    struct weft_network *network = layer_network("{\"input\": [5], \"layers\": [" LAYER_OF(1) "]}");
    struct backend *backend = layer_open(network, &reference, 3, "dropout evaluation");
    struct weft_images images;
    struct weft_error error = {0};
    float pixels[256], logits[15];
    pixels_raw(pixels);
    training_images(3, 5, 5, 1, &images);
    ck_assert(backend_set_pixels(backend, pixels, &error) == WEFT_OK);
    ck_assert(backend_set_images(backend, 0, &images, &error) == WEFT_OK);
    for (int statistics = 0; statistics < 2; statistics++) {
        const struct evaluation_pass pass = {
            .statistics = (enum weft_statistics)statistics, .count = 3, .logits = logits};
        ck_assert(backend_evaluate(backend, &pass, &error) == WEFT_OK);
        for (size_t i = 0; i < 15; i++) {
            ck_assert(logits[i] == pixels[images.pixels[i]]);
        }
    }
    images_finish(&images);
    backend_close(backend);
    network_destroy(network);
}
END_TEST

#define DROP(p) "{\"kind\": \"dropout\", \"p\": " #p "}"

/* Layers of equal sizes and probabilities share a kernel, but not what they drop. */
START_TEST(bits) {
    layer_check_bits("dropout", LAYER_SMALL,
                     "{\"input\": [13, 7, 11], \"layers\": [" DROP(0.5) ", " DROP(0.5) ", " DROP(
                         0.3) ", {\"kind\": \"flatten\"}, " DROP(0) ", " DROP(1e-6) "]}");
}
END_TEST

START_TEST(bits_of_all_dropped) {
    layer_check_bits("dropout of all", LAYER_LARGE, "{\"input\": [5], \"layers\": [" DROP(1) "]}");
}
END_TEST

/* The parts of a step of a session: the same mask until the step is made, and no mask with running
 * statistics or in weft_evaluate. */
START_TEST(own_loss) {
    struct weft_error *error = weft_error_create();
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    struct weft_session *session;
    const size_t size = 7 * sizeof(float);
    API_OK(weft_network_create("{\"input\": [7], \"layers\": [{\"kind\": \"dropout\"}, "
                               "{\"kind\": \"linear\", \"out_features\": 7}]}",
                               &network, error));
    API_OK(weft_model_create(network, 0, &model, error));
    session = api_open(model, "cpu", 1);
    for (size_t i = 0; i < 7; i++) {
        ones[i] = 1;
    }
    API_OK(weft_forward(session, WEFT_STATISTICS_RUNNING, ones, 1, output, error));
    API_OK(weft_backward(session, ones, dinput, error));
    ck_assert(zeros(dinput, NULL, 7) == 0);
    API_OK(weft_forward(session, WEFT_STATISTICS_BATCH, ones, 1, other, error));
    ck_assert_mem_ne(output, other, size);
    API_OK(weft_forward(session, WEFT_STATISTICS_BATCH, ones, 1, output, error));
    ck_assert_mem_eq(output, other, size);
    API_OK(weft_backward(session, ones, dinput, error));
    ck_assert(zeros(dinput, NULL, 7) > 0 && zeros(dinput, NULL, 7) < 7);
    API_OK(weft_step(session, 1e-9f, error));
    API_OK(weft_forward(session, WEFT_STATISTICS_BATCH, ones, 1, output, error));
    API_OK(weft_backward(session, ones, other, error));
    ck_assert_mem_ne(dinput, other, size);
    weft_session_close(session);
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_error_destroy(error);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, definition);
    tcase_add_test(tests, counts);
    tcase_add_test(tests, ends);
    tcase_add_test(tests, evaluation);
    tcase_add_test(tests, bits);
    tcase_add_test(tests, bits_of_all_dropped);
    tcase_add_test(tests, own_loss);
}
CHECK_MAIN("dropout", add_tests)

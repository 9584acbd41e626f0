/* test_api_flips.c: an evaluation that averages the logits of images and of their mirror images. */
#include "api_case.h"
#include "check_weft.h"
#include "numerics.h"

#include <math.h>
#include <string.h>

enum { COUNT = 70, BATCH = 16, LOGITS = COUNT * API_CLASSES, CELLS = API_CLASSES * API_CLASSES };

static struct weft_error *error;
static struct weft_model *model;
static struct weft_images *images, *mirrored;

/* What an evaluation gives. */
struct results {
    struct weft_evaluation evaluation;
    uint64_t confusion[CELLS];
    float logits[LOGITS];
};

/* Makes the mirror images. */
static struct weft_images *mirror(void) {
    static const size_t shape[3] = {1, API_SIDE, API_SIDE};
    static uint8_t pixels[COUNT * API_AREA];
    struct weft_images *made;
    for (size_t i = 0; i < COUNT * API_AREA; i++) {
        const size_t row = i / API_SIDE, column = i % API_SIDE;
        pixels[i] = weft_images_pixels(images)[row * API_SIDE + (API_SIDE - 1 - column)];
    }
    API_OK(weft_images_create(COUNT, shape, pixels, weft_images_labels(images), API_CLASSES, &made,
                              error));
    return made;
}

static void set_up(void) {
    error = weft_error_create();
    model = api_model(1);
    images = api_images(COUNT, 1);
    mirrored = mirror();
}

static void tear_down(void) {
    weft_images_destroy(mirrored);
    weft_images_destroy(images);
    weft_model_destroy(model);
    weft_error_destroy(error);
}

static struct results evaluate(struct weft_session *session, const struct weft_images *of,
                               size_t batch, bool average_flips) {
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct results results = {.evaluation = WEFT_EVALUATION};
    options.batch = batch;
    options.confusion = results.confusion;
    options.confusion_count = CELLS;
    options.logits = results.logits;
    options.logits_count = weft_images_count(of) * API_CLASSES;
    options.average_flips = average_flips;
    API_OK(weft_evaluate(session, of, &options, &results.evaluation, error));
    return results;
}

/* Trains a little, so that logits differ. */
static struct weft_session *open_session(const char *device) {
    struct weft_session *session = api_open(model, device, BATCH);
    API_OK(weft_train(session, images, NULL, error));
    return session;
}

/* By hand: from the predictions of images and of mirror images. */
START_TEST(by_hand) {
    struct weft_session *session = open_session("cpu");
    static float a[LOGITS], b[LOGITS];
    const struct results got = evaluate(session, images, 0, true);
    const struct results plain = evaluate(session, images, 0, false);
    uint64_t confusion[CELLS] = {0};
    double loss = 0;
    size_t correct = 0;
    API_OK(weft_predict(session, weft_images_pixels(images), COUNT, a, NULL, error));
    API_OK(weft_predict(session, weft_images_pixels(mirrored), COUNT, b, NULL, error));
    ck_assert_mem_eq(plain.logits, a, sizeof a);
    ck_assert_mem_ne(a, b, sizeof a);
    for (size_t i = 0; i < COUNT; i++) {
        const size_t label = weft_images_labels(images)[i];
        double sum = 0;
        size_t best = 0;
        for (size_t k = 0; k < API_CLASSES; k++) {
            const float *logits = got.logits + i * API_CLASSES;
            const float mean = weft_clean((a[i * API_CLASSES + k] + b[i * API_CLASSES + k]) / 2);
            ck_assert_mem_eq(&logits[k], &mean, sizeof mean);
            sum += exp((double)mean);
            best = mean > logits[best] ? k : best;
        }
        loss += log(sum) - (double)got.logits[i * API_CLASSES + label];
        confusion[label * API_CLASSES + best]++;
        correct += label == best;
    }
    ck_assert_mem_eq(got.confusion, confusion, sizeof confusion);
    ck_assert_uint_eq(got.evaluation.correct, correct);
    ck_assert_double_eq_tol(got.evaluation.loss, loss / COUNT, 1e-6);
    ck_assert(got.evaluation.accuracy == (double)correct / COUNT);
    weft_session_close(session);
}
END_TEST

static void check_equal(const struct results *a, const struct results *b) {
    ck_assert_mem_eq(&a->evaluation, &b->evaluation, sizeof a->evaluation);
    ck_assert_mem_eq(a->confusion, b->confusion, sizeof a->confusion);
    ck_assert_mem_eq(a->logits, b->logits, sizeof a->logits);
}

/* Mirror images give the same; so does each batch, a set that the session keeps, and a part. */
START_TEST(the_same) {
    struct weft_session *session = open_session("cpu");
    const struct results expected = evaluate(session, images, 0, true);
    struct results got = evaluate(session, mirrored, 0, true);
    struct weft_images *part;
    check_equal(&got, &expected);
    got = evaluate(session, images, 7, true);
    check_equal(&got, &expected);
    API_OK(weft_session_keep(session, images, error));
    got = evaluate(session, images, 0, true);
    check_equal(&got, &expected);
    API_OK(weft_images_slice(images, 33, 20, &part, error));
    got = evaluate(session, part, 0, true);
    ck_assert_mem_eq(got.logits, expected.logits + 33 * API_CLASSES,
                     20 * API_CLASSES * sizeof *got.logits);
    weft_images_destroy(part);
    weft_session_close(session);
}
END_TEST

/* Statistics of batches, too: those of the mirror images are their own. */
START_TEST(batch_statistics) {
    struct weft_session *session = open_session("cpu");
    static float logits[3][LOGITS];
    for (int i = 0; i < 3; i++) {
        struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
        struct weft_evaluation result = WEFT_EVALUATION;
        options.statistics = WEFT_STATISTICS_BATCH;
        options.logits = logits[i];
        options.logits_count = LOGITS;
        options.average_flips = i == 2;
        API_OK(weft_evaluate(session, i == 1 ? mirrored : images, &options, &result, error));
    }
    for (size_t i = 0; i < LOGITS; i++) {
        ck_assert(logits[2][i] == weft_clean((logits[0][i] + logits[1][i]) / 2));
    }
    weft_session_close(session);
}
END_TEST

START_TEST(devices) {
    struct weft_session *reference = open_session("cpu");
    const struct results expected = evaluate(reference, images, 0, true);
    struct weft_devices *list;
    API_OK(weft_devices_list(&list, error));
    for (size_t i = 0; i < weft_devices_count(list); i++) {
        const struct weft_device *device = weft_devices_get(list, i);
        for (int way = 0; device->usable && !device->builtin && way < 3; way++) {
            struct weft_session_options options = WEFT_SESSION_OPTIONS;
            struct weft_session *session;
            struct results got;
            char selector[16];
            snprintf(selector, sizeof selector, "%u", device->index);
            options.device = selector;
            options.batch = BATCH;
            options.mapping = way == 1 ? WEFT_MAPPING_GPU : WEFT_MAPPING_AUTO;
            options.step_kernel = way == 2 ? WEFT_STEP_KERNEL_NEVER : WEFT_STEP_KERNEL_AUTO;
            API_OK(weft_session_open(model, &options, &session, error));
            API_OK(weft_train(session, images, NULL, error));
            got = evaluate(session, images, 0, true);
            check_equal(&got, &expected);
            weft_session_close(session);
        }
    }
    weft_devices_destroy(list);
    weft_session_close(reference);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, the_same);
    tcase_add_test(tests, batch_statistics);
    tcase_add_test(tests, devices);
}

CHECK_MAIN("api_flips", add_tests)

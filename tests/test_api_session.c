/* test_api_session.c: sessions: normalisation, evaluation, prediction, the steps of callers, and
 * all devices. */
#include "api_case.h"
#include "check_weft.h"

#include <stdio.h>
#include <string.h>

#include "api_fixture.h"

static float predict_one(struct weft_session *session) {
    float logits[API_CLASSES];
    API_OK(weft_predict(session, weft_images_pixels(images), 1, logits, NULL, error));
    return logits[0];
}

/* A session that gets a model or a checkpoint computes with its normalisation of pixels. */
START_TEST(normalisation_of_others) {
    const float mean = 0.5f, deviation = 0.25f;
    const float *taken = NULL;
    float pixels[256] = {0};
    struct weft_session *a = api_open(model, "cpu", 1), *b, *c = api_open(model, "cpu", 1);
    struct weft_model *other = api_model(1), *back;
    API_OK(weft_model_set_normalisation(other, &mean, &deviation, 1, error));
    b = api_open(other, "cpu", 1);
    ck_assert(predict_one(a) != predict_one(b));
    API_OK(weft_session_set_model(a, other, error));
    ck_assert(predict_one(a) == predict_one(b));
    API_OK(weft_session_model(a, &back, error));
    ck_assert_uint_eq(weft_model_normalisation(back, &taken, NULL), 1);
    ck_assert_float_eq(*taken, mean);
    API_OK(weft_session_set_model(a, model, error));
    ck_assert(predict_one(a) == predict_one(c));
    api_restore(b, a, "api_normalisation.checkpoint", NULL);
    ck_assert(predict_one(a) == predict_one(b));
    /* The caller's own values stay. */
    API_OK(weft_session_set_pixels(a, pixels, error));
    API_OK(weft_session_set_pixels(b, pixels, error));
    API_OK(weft_session_set_model(a, model, error));
    ck_assert(predict_one(a) == predict_one(b));
    weft_model_destroy(other);
    weft_model_destroy(back);
    weft_session_close(a);
    weft_session_close(b);
    weft_session_close(c);
}
END_TEST

/* Evaluation and prediction agree; slices and unkept images, too. */
START_TEST(evaluation_and_prediction) {
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation evaluation = WEFT_EVALUATION, part = WEFT_EVALUATION;
    struct weft_session *session = api_open(model, "cpu", 16);
    struct weft_images *slice;
    static float logits[70 * API_CLASSES], predicted[70 * API_CLASSES];
    uint32_t classes[70];
    uint64_t confusion[API_CLASSES * API_CLASSES], sum = 0;
    size_t correct = 0;
    API_OK(weft_train(session, images, NULL, error));
    options.logits = logits;
    options.logits_count = 70 * API_CLASSES;
    options.confusion = confusion;
    options.confusion_count = API_CLASSES * API_CLASSES;
    API_OK(weft_evaluate(session, images, &options, &evaluation, error));
    API_OK(weft_predict(session, weft_images_pixels(images), 70, predicted, classes, error));
    ck_assert_mem_eq(logits, predicted, sizeof logits);
    for (size_t i = 0; i < 70; i++) {
        correct += classes[i] == weft_images_labels(images)[i];
    }
    for (size_t i = 0; i < API_CLASSES * API_CLASSES; i++) {
        sum += confusion[i];
    }
    ck_assert_uint_eq(correct, evaluation.correct);
    ck_assert_uint_eq(sum, 70);
    ck_assert(correct > 40 && isfinite(evaluation.loss));
    for (size_t i = 0; i < 70; i++) { /* one at a time */
        API_OK(weft_predict(session, weft_images_pixels(images) + i * API_AREA, 1, predicted, NULL,
                            error));
        ck_assert_mem_eq(predicted, logits + i * API_CLASSES, API_CLASSES * sizeof *logits);
    }
    API_OK(weft_images_slice(images, 30, 20, &slice, error));
    API_OK(weft_session_keep(session, slice, error));
    weft_images_destroy(slice);
    API_OK(weft_images_slice(images, 30, 20, &slice, error));
    options.logits_count = 20 * API_CLASSES;
    API_OK(weft_evaluate(session, slice, &options, &part, error));
    API_OK(weft_predict(session, weft_images_pixels(slice), 20, predicted, NULL, error));
    ck_assert_mem_eq(logits, predicted, 20 * API_CLASSES * sizeof *logits);
    API_OK(weft_session_drop(session, slice, error));
    API_FAILS(WEFT_USAGE, "not kept", weft_session_drop(session, slice, error));
    weft_images_destroy(slice);
    weft_session_close(session);
}
END_TEST

/* An evaluation of several batches leaves no tensors, with logits or without. */
START_TEST(tensors_of_an_evaluation) {
    static float logits[70 * API_CLASSES], values[16 * API_AREA];
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation evaluation = WEFT_EVALUATION;
    struct weft_session *session = api_open(model, "cpu", 16);
    struct weft_images *slice;
    API_OK(weft_images_slice(images, 30, 16, &slice, error));
    for (int i = 0; i < 2; i++) {
        API_OK(weft_evaluate(session, slice, &options, &evaluation, error));
        API_OK(weft_session_get(session, "input", values, 16 * API_AREA, error));
        API_OK(weft_evaluate(session, images, &options, &evaluation, error));
        API_FAILS(WEFT_USAGE, "several batches",
                  weft_session_get(session, "input", values, 6 * API_AREA, error));
        options.logits = logits;
        options.logits_count = 16 * API_CLASSES;
        API_OK(weft_evaluate(session, slice, &options, &evaluation, error));
        options.logits_count = 70 * API_CLASSES;
        API_OK(weft_evaluate(session, images, &options, &evaluation, error));
        API_FAILS(WEFT_USAGE, "several batches",
                  weft_session_get(session, "input", values, 6 * API_AREA, error));
        options.logits = NULL;
        options.logits_count = 0;
    }
    weft_images_destroy(slice);
    weft_session_close(session);
}
END_TEST

/* Steps that belong to no epoch are in a checkpoint, too. */
START_TEST(own_steps) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 8), *b = api_open(model, "cpu", 8);
    static const float doutputs[8 * API_CLASSES] = {1, -1, 0.5f};
    float inputs[8 * API_AREA], dinputs[8 * API_AREA];
    for (size_t i = 0; i < 8 * API_AREA; i++) {
        inputs[i] = (float)(i * 37 % 64) / 64;
    }
    API_OK(weft_forward(a, WEFT_STATISTICS_BATCH, inputs, 8, NULL, error));
    API_OK(weft_backward(a, doutputs, dinputs, error));
    API_OK(weft_step(a, 0.01f, error));
    ck_assert(!api_equal(a, b));
    ck_assert(!api_restore(a, b, "api_own_steps.checkpoint", &options));
    ck_assert_uint_eq(options.epochs, 0);
    ck_assert(api_equal(a, b));
    ck_assert_uint_eq(weft_session_steps(b), 1);
    API_OK(weft_train(a, images, NULL, error));
    API_OK(weft_train(b, images, NULL, error));
    ck_assert(api_equal(a, b));
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* All devices give the same bits: training, prediction, and the parts of a step. */
START_TEST(devices) {
    struct weft_session *reference = api_open(model, "cpu", 20);
    float inputs[20 * API_AREA], outputs[2][20 * API_CLASSES], logits[2][20 * API_CLASSES],
        dinputs[2][20 * API_AREA];
    struct weft_devices *list;
    for (size_t i = 0; i < 20 * API_AREA; i++) {
        inputs[i] = (float)(i * 37 % 64) / 64;
    }
    API_OK(weft_train(reference, images, NULL, error));
    API_OK(weft_forward(reference, WEFT_STATISTICS_BATCH, inputs, 20, outputs[0], error));
    API_OK(weft_backward(reference, outputs[0], dinputs[0], error));
    API_OK(weft_step(reference, 0.01f, error));
    API_OK(weft_devices_list(&list, error));
    for (size_t i = 0; i < weft_devices_count(list); i++) {
        const struct weft_device *device = weft_devices_get(list, i);
        struct weft_session *session;
        char selector[16];
        if (!device->usable || device->builtin) {
            continue;
        }
        snprintf(selector, sizeof selector, "%u", device->index);
        session = api_open(model, selector, 20);
        API_OK(weft_train(session, images, NULL, error));
        API_OK(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, 20, outputs[1], error));
        API_OK(weft_backward(session, outputs[0], dinputs[1], error));
        API_OK(weft_step(session, 0.01f, error));
        ck_assert_mem_eq(outputs[0], outputs[1], sizeof outputs[0]);
        ck_assert_mem_eq(dinputs[0], dinputs[1], sizeof dinputs[0]);
        ck_assert(api_equal(reference, session));
        API_OK(weft_predict(session, weft_images_pixels(images), 20, logits[1], NULL, error));
        API_OK(weft_predict(reference, weft_images_pixels(images), 20, logits[0], NULL, error));
        ck_assert_mem_eq(logits[0], logits[1], sizeof logits[0]);
        weft_session_close(session);
    }
    weft_devices_destroy(list);
    weft_session_close(reference);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, normalisation_of_others);
    tcase_add_test(tests, evaluation_and_prediction);
    tcase_add_test(tests, tensors_of_an_evaluation);
    tcase_add_test(tests, devices);
    tcase_add_test(tests, own_steps);
}

CHECK_MAIN("api_session", add_tests)

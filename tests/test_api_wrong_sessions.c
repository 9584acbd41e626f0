/* test_api_wrong_sessions.c: wrong arguments of sessions, trainings, evaluations, predictions. */
#include "wrong_session.h"

#include <math.h>
#include <weft/profile.h>
#include <weft/verify.h>

START_TEST(nothing_is_harmless) {
    weft_session_close(NULL);
    weft_session_cancel(NULL);
    weft_profile_destroy(NULL);
    weft_verification_destroy(NULL);
    ck_assert_ptr_null(weft_session_device(NULL));
    ck_assert_str_eq(weft_session_notice(NULL), "");
    ck_assert_uint_eq(weft_session_epochs(NULL), 0);
    ck_assert_uint_eq(weft_session_steps(NULL), 0);
    ck_assert_uint_eq(weft_profile_count(NULL), 0);
    ck_assert_ptr_null(weft_profile_get(NULL, 0));
    ck_assert_str_eq(weft_verify_stage_name((enum weft_verify_stage)99), "unknown");
    ck_assert_str_eq(weft_verify_result_name((enum weft_verify_result) - 1), "unknown");
}
END_TEST

START_TEST(opening) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    const struct weft_session_options right = WEFT_SESSION_OPTIONS;
    struct weft_session *opened = NULL;
    begin();
    WRONG_OBJECT(opened, weft_session_open(NULL, NULL, &opened, error));
    WRONG(weft_session_open(model, NULL, NULL, error));
    options.device = "";
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.device = "no such device";
    FAILS(WEFT_BAD_DEVICE, weft_session_open(model, &options, &opened, error));
    options = right;
    options.device = "cpu";
    options.batch = SIZE_MAX;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.batch = 0;
    options.threads = 4000000000u;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.threads = 0;
    options.math = (enum weft_math)9;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.math = WEFT_MATH_EXACT;
    options.mapping = (enum weft_mapping) - 1;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.mapping = WEFT_MAPPING_AUTO;
    options.step_kernel = (enum weft_step_kernel)3;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.step_kernel = WEFT_STEP_KERNEL_AUTO;
    options.size = 0;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.size = 8;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    options.size = SIZE_MAX;
    WRONG_OBJECT(opened, weft_session_open(model, &options, &opened, error));
    end(12);
}
END_TEST

START_TEST(tensors) {
    float values[WEIGHTS] = {0}, pixels[256] = {0};
    struct weft_model *taken = NULL;
    begin();
    WRONG(weft_session_set_pixels(NULL, pixels, error));
    WRONG(weft_session_set_pixels(session, NULL, error));
    pixels[255] = (float)NAN;
    WRONG(weft_session_set_pixels(session, pixels, error));
    WRONG_OBJECT(taken, weft_session_model(NULL, &taken, error));
    WRONG(weft_session_model(session, NULL, error));
    WRONG(weft_session_set_model(NULL, model, error));
    WRONG(weft_session_set_model(session, NULL, error));
    WRONG(weft_session_set_model(session, other_model, error));
    WRONG(weft_session_get(NULL, "out.weight", values, WEIGHTS, error));
    WRONG(weft_session_get(session, NULL, values, WEIGHTS, error));
    WRONG(weft_session_get(session, "out.weight", NULL, WEIGHTS, error));
    WRONG(weft_session_get(session, "out.weight", values, WEIGHTS - 1, error));
    WRONG(weft_session_get(session, "out.weight", values, SIZE_MAX, error));
    WRONG(weft_session_get(session, "", values, WEIGHTS, error));
    WRONG(weft_session_get(session, "nothing", values, WEIGHTS, error));
    WRONG(weft_session_get(session, "out.output", values, OUTPUTS, error)); /* no pass yet */
    WRONG(weft_session_set(NULL, "out.weight", values, WEIGHTS, error));
    WRONG(weft_session_set(session, NULL, values, WEIGHTS, error));
    WRONG(weft_session_set(session, "out.weight", NULL, WEIGHTS, error));
    WRONG(weft_session_set(session, "out.weight", values, 0, error));
    WRONG(weft_session_set(session, "out.weight.grad", values, WEIGHTS, error));
    WRONG(weft_session_set(session, "out.output", values, OUTPUTS, error));
    WRONG(weft_session_set(session, "input", values, PIXELS, error));
    values[3] = (float)INFINITY;
    WRONG(weft_session_set(session, "out.weight", values, WEIGHTS, error));
    values[3] = -1;
    WRONG(weft_session_set(session, "norm.running_var", values, PIXELS, error));
    WRONG(weft_session_set(session, "out.weight.second_moment", values, WEIGHTS, error));
    end(26);
}
END_TEST

START_TEST(sets_of_images) {
    begin();
    WRONG(weft_session_keep(NULL, images, error));
    WRONG(weft_session_keep(session, NULL, error));
    WRONG(weft_session_keep(session, large, error));
    WRONG(weft_session_keep(session, many, error));
    WRONG(weft_session_drop(NULL, images, error));
    WRONG(weft_session_drop(session, NULL, error));
    WRONG(weft_session_drop(session, images, error)); /* not kept */
    RIGHT(weft_session_keep(session, images, error));
    RIGHT(weft_session_drop(session, images, error));
    WRONG(weft_session_drop(session, images, error)); /* not any more */
    end(8);
}
END_TEST

START_TEST(training) {
    const struct weft_training_options right = WEFT_TRAINING_OPTIONS;
    const float rates[] = {-1, (float)NAN, (float)INFINITY, -(float)INFINITY};
    struct weft_training_options options = right;
    begin();
    WRONG(weft_train(NULL, images, NULL, error));
    WRONG(weft_train(session, NULL, NULL, error));
    WRONG(weft_train(session, unlabelled, NULL, error));
    WRONG(weft_train(session, large, NULL, error));
    WRONG(weft_train(session, many, NULL, error));
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        options.learning_rate = rates[i];
        WRONG(weft_train(session, images, &options, error));
    }
    ck_assert_uint_eq(weft_session_steps(session), 0);
    options = right;
    options.batch = BATCH + 1;
    WRONG(weft_train(session, images, &options, error));
    options.batch = SIZE_MAX;
    WRONG(weft_train(session, images, &options, error));
    options.batch = 0;
    options.epochs = SIZE_MAX;
    WRONG(weft_train(session, images, &options, error));
    options.epochs = 0;
    options.steps = UINT64_MAX;
    WRONG(weft_train(session, images, &options, error));
    options.steps = 0;
    options.order = (enum weft_order)2;
    WRONG(weft_train(session, images, &options, error));
    options.order = WEFT_ORDER_FILE;
    options.size = 1;
    WRONG(weft_train(session, images, &options, error));
    options.size = 100000;
    WRONG(weft_train(session, images, &options, error));
    end(16);
}
END_TEST

START_TEST(evaluation_and_prediction) {
    const struct weft_evaluation_options right = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation_options options = right;
    struct weft_evaluation result = WEFT_EVALUATION;
    uint64_t confusion[9];
    float logits[COUNT * OUTPUTS];
    uint32_t classes[COUNT];
    uint8_t pixels[COUNT * PIXELS] = {0};
    begin();
    WRONG(weft_evaluate(NULL, images, NULL, &result, error));
    WRONG(weft_evaluate(session, NULL, NULL, &result, error));
    WRONG(weft_evaluate(session, images, NULL, NULL, error));
    WRONG(weft_evaluate(session, unlabelled, NULL, &result, error));
    WRONG(weft_evaluate(session, large, NULL, &result, error));
    WRONG(weft_evaluate(session, many, NULL, &result, error));
    result.size = 0;
    WRONG(weft_evaluate(session, images, NULL, &result, error));
    result.size = sizeof result;
    options.size = 0;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options = right;
    options.batch = BATCH + 1;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options.batch = 0;
    options.statistics = (enum weft_statistics)2;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options.statistics = WEFT_STATISTICS_BATCH;
    options.confusion = confusion;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options.confusion_count = 8;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options.confusion_count = 9;
    options.logits = logits;
    options.logits_count = SIZE_MAX;
    WRONG(weft_evaluate(session, images, &options, &result, error));
    options.logits_count = COUNT * OUTPUTS;
    RIGHT(weft_evaluate(session, images, &options, &result, error));
    WRONG(weft_predict(NULL, pixels, COUNT, logits, classes, error));
    WRONG(weft_predict(session, NULL, COUNT, logits, classes, error));
    WRONG(weft_predict(session, pixels, 0, logits, classes, error));
    WRONG(weft_predict(session, pixels, SIZE_MAX, logits, classes, error));
    WRONG(weft_predict(session, pixels, SIZE_MAX / 64, logits, classes, error));
    RIGHT(weft_predict(session, pixels, COUNT, NULL, NULL, error));
    end(18);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, nothing_is_harmless);
    tcase_add_test(tests, opening);
    tcase_add_test(tests, tensors);
    tcase_add_test(tests, sets_of_images);
    tcase_add_test(tests, training);
    tcase_add_test(tests, evaluation_and_prediction);
}

CHECK_MAIN("api_wrong_sessions", add_tests)

/* test_api_wrong_sessions.c: wrong uses of sessions, trainings, evaluations, profiles and
 * verifications: wrong arguments, a wrong order, callbacks, and calls after fork. */
#include "temporary.h"
#include "wrong_use.h"

#include <math.h>
#include <stdint.h>
#include <weft/profile.h>
#include <weft/verify.h>

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

enum { COUNT = 8, PIXELS = 16, OUTPUTS = 3, WEIGHTS = 48, BATCH = 4 };

static const char list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                           " {\"kind\": \"batch_norm\", \"name\": \"norm\"},"
                           " {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";
static const char other_list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                                 " {\"kind\": \"linear\", \"name\": \"out\","
                                 " \"out_features\": 3}]}";

static struct weft_model *model, *other_model;
static struct weft_images *images, *unlabelled, *large, *many;
static struct weft_session *session;

static struct weft_model *make_model(const char *layers) {
    struct weft_network *network = NULL;
    struct weft_model *made = NULL;
    RIGHT(weft_network_create(layers, &network, error));
    RIGHT(weft_model_create(network, 1, &made, error));
    weft_network_destroy(network);
    return made;
}

/* Makes a session, and objects that fit it or not. */
static void begin(void) {
    static const size_t shape[3] = {1, 4, 4}, large_shape[3] = {1, 5, 4};
    static const uint8_t labels[COUNT] = {0, 1, 2, 0, 1, 2, 0, 1}, wide[COUNT] = {0, 1, 2, 3};
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    uint8_t pixels[COUNT * 20];
    begin_wrong_uses();
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37);
    }
    model = make_model(list);
    other_model = make_model(other_list);
    RIGHT(weft_images_create(COUNT, shape, pixels, labels, 3, &images, error));
    RIGHT(weft_images_create(COUNT, shape, pixels, NULL, 0, &unlabelled, error));
    RIGHT(weft_images_create(COUNT, large_shape, pixels, labels, 3, &large, error));
    RIGHT(weft_images_create(COUNT, shape, pixels, wide, 4, &many, error));
    options.device = "cpu";
    options.batch = BATCH;
    options.threads = 1;
    RIGHT(weft_session_open(model, &options, &session, error));
}

static void end(unsigned expected) {
    /* All that was wrong has left the session usable. */
    RIGHT(weft_train(session, images, NULL, error));
    weft_session_close(session);
    weft_images_destroy(images);
    weft_images_destroy(unlabelled);
    weft_images_destroy(large);
    weft_images_destroy(many);
    weft_model_destroy(model);
    weft_model_destroy(other_model);
    end_wrong_uses(expected);
}

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

START_TEST(parts_of_a_step) {
    float inputs[BATCH * PIXELS] = {0}, outputs[BATCH * OUTPUTS], doutputs[BATCH * OUTPUTS] = {0};
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_session *forward_only = NULL;
    struct weft_evaluation result = WEFT_EVALUATION;
    begin();
    WRONG(weft_backward(session, doutputs, NULL, error)); /* before weft_forward */
    WRONG(weft_step(session, 0.01f, error));              /* before weft_backward */
    WRONG(weft_forward(NULL, WEFT_STATISTICS_BATCH, inputs, BATCH, outputs, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_BATCH, NULL, BATCH, outputs, error));
    WRONG(weft_forward(session, (enum weft_statistics)5, inputs, BATCH, outputs, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, 0, outputs, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, BATCH + 1, outputs, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, SIZE_MAX, outputs, error));
    RIGHT(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, BATCH, outputs, error));
    WRONG(weft_step(session, 0.01f, error));
    WRONG(weft_backward(NULL, doutputs, NULL, error));
    WRONG(weft_backward(session, NULL, NULL, error));
    RIGHT(weft_backward(session, doutputs, NULL, error));
    WRONG(weft_backward(session, doutputs, NULL, error)); /* twice */
    WRONG(weft_step(NULL, 0.01f, error));
    WRONG(weft_step(session, 0, error));
    WRONG(weft_step(session, -1, error));
    WRONG(weft_step(session, (float)NAN, error));
    WRONG(weft_step(session, (float)INFINITY, error));
    RIGHT(weft_step(session, 0.01f, error));
    WRONG(weft_step(session, 0.01f, error)); /* twice */
    RIGHT(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, BATCH, outputs, error));
    RIGHT(weft_evaluate(session, images, NULL, &result, error));
    WRONG(weft_backward(session, doutputs, NULL, error)); /* another pass was between */
    options.device = "cpu";
    options.forward_only = true;
    RIGHT(weft_session_open(model, &options, &forward_only, error));
    RIGHT(weft_forward(forward_only, WEFT_STATISTICS_RUNNING, inputs, BATCH, outputs, error));
    WRONG(weft_backward(forward_only, doutputs, NULL, error));
    WRONG(weft_step(forward_only, 0.01f, error));
    WRONG(weft_train(forward_only, images, NULL, error));
    WRONG(weft_checkpoint_save(forward_only, "checkpoint.safetensors", error));
    WRONG(weft_session_get(forward_only, "out.weight.grad", inputs, WEIGHTS, error));
    weft_session_close(forward_only);
    end(24);
}
END_TEST

START_TEST(checkpoints) {
    const char *path = temporary_path("checkpoint.safetensors");
    begin();
    WRONG(weft_checkpoint_save(NULL, path, error));
    WRONG(weft_checkpoint_save(session, NULL, error));
    WRONG(weft_checkpoint_load(NULL, path, error));
    WRONG(weft_checkpoint_load(session, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(session, path, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(session, "", error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(session, temporary_folder, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_save(session, "/nowhere/checkpoint.safetensors", error));
    RIGHT(weft_model_save(model, path, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(session, path, error)); /* it is a model */
    end(9);
}
END_TEST

/* Calls that a callback must not make. */
static bool from_callback(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    float values[WEIGHTS] = {0};
    (void)context;
    (void)epoch;
    (void)learning_rate;
    WRONG(weft_train(session, images, NULL, error));
    WRONG(weft_session_set_model(session, model, error));
    WRONG(weft_session_set(session, "out.weight", values, WEIGHTS, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_BATCH, values, 1, NULL, error));
    WRONG(weft_backward(session, values, NULL, error));
    WRONG(weft_step(session, 0.01f, error));
    WRONG(weft_checkpoint_load(session, "checkpoint.safetensors", error));
    WRONG(weft_session_keep(session, images, error));
    WRONG(weft_session_drop(session, images, error));
    WRONG(weft_profile_start(session, error));
    return true;
}

static bool wrong_rate(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)epoch;
    *learning_rate = *(const float *)context;
    return true;
}

START_TEST(callbacks) {
    static float rates[] = {-0.5f, 0, (float)NAN};
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_error *own = weft_error_create();
    begin();
    options.epochs = 1;
    options.epoch = from_callback;
    ck_assert_int_eq(weft_train(session, images, &options, own), WEFT_OK);
    weft_error_destroy(own);
    options.epochs = 2;
    options.epoch = wrong_rate;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        options.context = &rates[i];
        WRONG(weft_train(session, images, &options, error));
    }
    end(13);
}
END_TEST

START_TEST(profiles) {
    struct weft_profile *profile = NULL;
    struct weft_peak peak = {.size = sizeof peak};
    begin();
    WRONG_OBJECT(profile, weft_profile_read(session, &profile, error)); /* before the start */
    RIGHT(weft_profile_stop(session, error));
    WRONG(weft_profile_start(NULL, error));
    WRONG(weft_profile_stop(NULL, error));
    WRONG_OBJECT(profile, weft_profile_read(NULL, &profile, error));
    WRONG(weft_profile_read(session, NULL, error));
    WRONG(weft_profile_peak(NULL, &peak, error));
    WRONG(weft_profile_peak(session, NULL, error));
    peak.size = 8;
    WRONG(weft_profile_peak(session, &peak, error));
    RIGHT(weft_profile_start(session, error));
    RIGHT(weft_train(session, images, NULL, error));
    RIGHT(weft_profile_read(session, &profile, error));
    ck_assert_uint_gt(weft_profile_count(profile), 0);
    ck_assert_uint_gt(weft_profile_get(profile, 0)->launches, 0);
    ck_assert_ptr_null(weft_profile_get(profile, SIZE_MAX));
    weft_profile_destroy(profile);
    end(8);
}
END_TEST

static bool stop_verification(void *context, const char *what, uint64_t passes, uint64_t faults) {
    (void)context;
    (void)what;
    (void)passes;
    (void)faults;
    return false;
}

START_TEST(verification) {
    const struct weft_verify_options right = {.size = sizeof right, .device = "cpu"};
    struct weft_verify_options options = right;
    struct weft_verification *result = NULL;
    begin();
    WRONG(weft_verify(&right, NULL, error));
    options.size = 16;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.device = "";
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options.device = "no such device";
    FAILS(WEFT_BAD_DEVICE, weft_verify(&options, &result, error));
    options = right;
    options.steps = UINT64_MAX;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.train = images;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options.test = unlabelled;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options.test = images; /* not those of the published network */
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.mapping = (enum weft_mapping)77;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.step_kernel = (enum weft_step_kernel)77;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.inject_tensor = "conv1.weight";
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options.inject_step = 1;
    options.inject_bit = 32;
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    options = right;
    options.progress = stop_verification;
    FAILS(WEFT_INTERRUPTED, weft_verify(&options, &result, error));
    ck_assert_ptr_null(result);
    end(13);
}
END_TEST

#ifndef _WIN32
/* What the child does with the session of its parent. Returns the number of calls that were not
 * refused. */
static unsigned use_after_fork(void) {
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_model *taken;
    float values[WEIGHTS] = {0};
    uint8_t pixels[PIXELS] = {0};
    WRONG(weft_train(session, images, NULL, error));
    WRONG(weft_evaluate(session, images, NULL, &result, error));
    WRONG(weft_predict(session, pixels, 1, values, NULL, error));
    WRONG(weft_forward(session, WEFT_STATISTICS_RUNNING, values, 1, NULL, error));
    WRONG(weft_session_get(session, "out.weight", values, WEIGHTS, error));
    WRONG_OBJECT(taken, weft_session_model(session, &taken, error));
    WRONG(weft_session_keep(session, images, error));
    WRONG(weft_checkpoint_save(session, "/nowhere/checkpoint.safetensors", error));
    WRONG(weft_profile_start(session, error));
    weft_session_cancel(session);
    weft_session_close(session);
    return accepted;
}

START_TEST(after_fork) {
    pid_t child;
    int status;
    begin();
    fflush(stdout);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        alarm(60);
        _exit(use_after_fork() == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    end(0);
}
END_TEST
#endif

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, nothing_is_harmless);
    tcase_add_test(tests, opening);
    tcase_add_test(tests, tensors);
    tcase_add_test(tests, sets_of_images);
    tcase_add_test(tests, training);
    tcase_add_test(tests, evaluation_and_prediction);
    tcase_add_test(tests, parts_of_a_step);
    tcase_add_test(tests, checkpoints);
    tcase_add_test(tests, callbacks);
    tcase_add_test(tests, profiles);
    tcase_add_test(tests, verification);
#ifndef _WIN32
    tcase_add_test(tests, after_fork);
#endif
}

CHECK_MAIN("api_wrong_sessions", add_tests)

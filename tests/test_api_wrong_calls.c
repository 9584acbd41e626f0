/* test_api_wrong_calls.c: wrong uses of sessions: a wrong order, calls from callbacks and after
 * fork; and of checkpoints, profiles and verifications. */
#include "temporary.h"
#include "wrong_session.h"

#include <math.h>
#include <weft/profile.h>
#include <weft/verify.h>

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

START_TEST(parts_of_a_step) {
    float inputs[BATCH * PIXELS] = {0}, outputs[BATCH * OUTPUTS], doutputs[BATCH * OUTPUTS] = {0};
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_session *forward_only = NULL;
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_checkpoint *checkpoint;
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
    WRONG_OBJECT(checkpoint, weft_session_checkpoint(forward_only, &checkpoint, error));
    RIGHT(weft_session_checkpoint(session, &checkpoint, error));
    WRONG(weft_session_set_checkpoint(forward_only, checkpoint, error));
    weft_checkpoint_destroy(checkpoint);
    WRONG(weft_session_get(forward_only, "out.weight.grad", inputs, WEIGHTS, error));
    weft_session_close(forward_only);
    end(25);
}
END_TEST

START_TEST(checkpoints) {
    const char *path = temporary_path("checkpoint.safetensors");
    struct weft_training_options training = WEFT_TRAINING_OPTIONS;
    struct weft_checkpoint *checkpoint, *none;
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_session *other;
    static char text[1000002];
    begin();
    options.device = "cpu";
    RIGHT(weft_session_open(other_model, &options, &other, error));
    RIGHT(weft_session_checkpoint(other, &checkpoint, error));
    WRONG(weft_session_set_checkpoint(session, checkpoint, error)); /* of another network */
    weft_checkpoint_destroy(checkpoint);
    weft_session_close(other);
    WRONG_OBJECT(none, weft_session_checkpoint(NULL, &none, error));
    WRONG(weft_session_checkpoint(session, NULL, error));
    RIGHT(weft_session_checkpoint(session, &checkpoint, error));
    WRONG(weft_session_set_checkpoint(NULL, checkpoint, error));
    WRONG(weft_session_set_checkpoint(session, NULL, error));
    WRONG(weft_checkpoint_save(NULL, path, error));
    WRONG(weft_checkpoint_save(checkpoint, NULL, error));
    WRONG_OBJECT(none, weft_checkpoint_load(NULL, &none, error));
    WRONG(weft_checkpoint_load(path, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(path, &none, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load("", &none, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(temporary_folder, &none, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_save(checkpoint, "/nowhere/checkpoint", error));
    RIGHT(weft_model_save(model, path, error));
    FAILS(WEFT_BAD_FILE, weft_checkpoint_load(path, &none, error)); /* it is a model */
    memset(text, 'x', sizeof text - 1);
    WRONG(weft_checkpoint_set_text(NULL, "key", "text", error));
    WRONG(weft_checkpoint_set_text(checkpoint, NULL, "text", error));
    WRONG(weft_checkpoint_set_text(checkpoint, "", "text", error));
    WRONG(weft_checkpoint_set_text(checkpoint, text, "text", error));
    WRONG(weft_checkpoint_set_text(checkpoint, "key", text, error));
    WRONG(weft_checkpoint_set_text(checkpoint, "\xff", "text", error));
    WRONG(weft_checkpoint_set_text(checkpoint, "key", "\xff", error));
    ck_assert(!weft_checkpoint_training(NULL, &training));
    ck_assert(!weft_checkpoint_training(checkpoint, NULL));
    training.size = 7;
    ck_assert(!weft_checkpoint_training(checkpoint, &training));
    ck_assert_ptr_null(weft_checkpoint_text(checkpoint, NULL));
    ck_assert_ptr_null(weft_checkpoint_text(NULL, "key"));
    ck_assert_ptr_null(weft_checkpoint_model(NULL));
    ck_assert_ptr_null(weft_checkpoint_epoch(NULL, 0));
    ck_assert_uint_eq(weft_checkpoint_epochs(NULL) + weft_checkpoint_steps(NULL), 0);
    weft_checkpoint_destroy(checkpoint);
    weft_checkpoint_destroy(NULL);
    end(21);
}
END_TEST

/* Calls that a callback must not make. */
static bool from_callback(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_checkpoint *checkpoint;
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
    RIGHT(weft_session_checkpoint(session, &checkpoint, error));
    WRONG(weft_session_set_checkpoint(session, checkpoint, error));
    weft_checkpoint_destroy(checkpoint);
    WRONG(weft_session_keep(session, images, error));
    WRONG(weft_session_drop(session, images, error));
    WRONG(weft_profile_start(session, error));
    return true;
}

static bool destroy_images(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_images **used = context;
    (void)epoch;
    (void)learning_rate;
    weft_images_destroy(*used);
    *used = NULL;
    return true;
}

static bool close_session(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_session *used = context;
    struct weft_evaluation result = WEFT_EVALUATION;
    (void)epoch;
    (void)learning_rate;
    weft_session_close(used);
    weft_session_close(used); /* it is not freed yet */
    FAILS(WEFT_INTERRUPTED, weft_evaluate(used, images, NULL, &result, error));
    return true;
}

/* Callbacks that destroy what the call uses. */
START_TEST(destroying_callbacks) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session_options on_cpu = WEFT_SESSION_OPTIONS;
    struct weft_images *slice = NULL;
    struct weft_session *other = NULL;
    begin();
    on_cpu.device = "cpu";
    RIGHT(weft_images_slice(images, 0, COUNT, &slice, error));
    RIGHT(weft_session_open(model, &on_cpu, &other, error));
    options.epoch = destroy_images;
    options.context = &slice;
    RIGHT(weft_train(session, slice, &options, error));
    options.epoch = close_session;
    options.context = other;
    FAILS(WEFT_INTERRUPTED, weft_train(other, images, &options, error));
    end(2);
}
END_TEST

static bool wrong_rate(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)epoch;
    *learning_rate = *(const float *)context;
    return true;
}

/* Its failure is not the one of the call that it ends. */
static bool fail_and_stop(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    WRONG(weft_train(session, images, NULL, error));
    (void)context;
    (void)epoch;
    (void)learning_rate;
    return false;
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
    RIGHT(weft_train(session, images, &options, error)); /* the error of the callback's calls */
    ck_assert_str_eq(weft_error_message(error), "");
    options.epoch = fail_and_stop;
    FAILS(WEFT_INTERRUPTED, weft_train(session, images, &options, error));
    options.epochs = 2;
    options.epoch = wrong_rate;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        options.context = &rates[i];
        WRONG(weft_train(session, images, &options, error));
    }
    end(25);
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
    struct weft_network *flat = NULL;
    begin();
    RIGHT(
        weft_network_create("{\"input\": [1], \"layers\": [{\"kind\": \"relu\"}]}", &flat, error));
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
    options.network = weft_model_network(model);
    options.train = options.test = large; /* nor of this one */
    WRONG_OBJECT(result, weft_verify(&options, &result, error));
    ck_assert_ptr_nonnull(strstr(weft_error_message(error), "images are 1 x 5 x 4"));
    options.network = flat;
    options.train = options.test = NULL;
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
    weft_network_destroy(flat);
    end(15);
}
END_TEST

#ifndef _WIN32
/* What the child does with the session of its parent. Returns the number of calls that were not
 * refused. */
static unsigned use_after_fork(void) {
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_checkpoint *checkpoint;
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
    WRONG_OBJECT(checkpoint, weft_session_checkpoint(session, &checkpoint, error));
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
    tcase_add_test(tests, parts_of_a_step);
    tcase_add_test(tests, checkpoints);
    tcase_add_test(tests, destroying_callbacks);
    tcase_add_test(tests, callbacks);
    tcase_add_test(tests, profiles);
    tcase_add_test(tests, verification);
#ifndef _WIN32
    tcase_add_test(tests, after_fork);
#endif
}

CHECK_MAIN("api_wrong_calls", add_tests)

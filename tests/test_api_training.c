/* test_api_training.c: weft_train: calls that go on, callbacks, interrupts, checkpoints, and
 * trainings that diverge. */
#include "api_case.h"
#include "check_weft.h"

#include <math.h>
#include <string.h>

#include "api_fixture.h"

static struct weft_session *used; /* in a callback */

static bool halve(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)context;
    (void)epoch;
    *learning_rate /= 2;
    return true;
}

static bool halve_in_four_steps(void *context, const struct weft_epoch *epoch,
                                float *learning_rate) {
    ck_assert_uint_eq(epoch->steps, 4);
    return halve(context, epoch, learning_rate);
}

/* One call, several calls, a kept set, and a checkpoint in the middle give the same bits. */
START_TEST(training_goes_on) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 32);
    struct weft_session *c = api_open(model, "cpu", 20);
    options.epochs = 3;
    options.batch = 20;
    options.epoch = halve_in_four_steps;
    API_OK(weft_train(a, images, &options, error));
    ck_assert_str_eq(weft_session_notice(a), "");
    ck_assert_ptr_null(weft_session_notice_get(a, 0));
    ck_assert_ptr_null(weft_session_notice_get(NULL, 0));
    ck_assert_uint_eq(weft_session_epochs(a), 3);
    ck_assert_uint_eq(weft_session_steps(a), 12);
    API_OK(weft_session_keep(b, images, error));
    options.epochs = 1;
    options.learning_rate = 0.01f;
    API_OK(weft_train(b, images, &options, error));
    api_restore(b, c, "api_session.checkpoint", NULL);
    ck_assert_uint_eq(weft_session_epochs(c), 1);
    options.learning_rate = 0.005f;
    API_OK(weft_train(c, images, &options, error));
    options.learning_rate = 0.0025f;
    API_OK(weft_train(c, images, &options, error));
    ck_assert(api_equal(a, c));
    weft_session_close(a);
    weft_session_close(b);
    weft_session_close(c);
}
END_TEST

static bool stop(void *context, size_t epoch, size_t step, size_t steps) {
    (void)context;
    return epoch % 2 != 0 || step < steps - 1;
}

/* In the second epoch, after the rate was changed. */
static bool keep(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_checkpoint **kept = context;
    halve(NULL, epoch, learning_rate);
    if (epoch->epoch == 2) {
        API_OK(weft_session_checkpoint(used, kept, error));
    }
    return true;
}

/* A checkpoint made in a callback has all that another session needs to go on, but the images. */
START_TEST(checkpoints) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS, rest = WEFT_TRAINING_OPTIONS;
    struct weft_session *other;
    struct weft_checkpoint *kept = NULL;
    char context[] = "stays";
    used = api_open(model, "cpu", 20);
    options.epochs = 4;
    options.batch = 17;
    options.seed = UINT64_MAX;
    options.learning_rate = 0.02f;
    options.epoch = keep;
    options.context = &kept;
    API_OK(weft_train(used, images, &options, error));
    ck_assert_ptr_nonnull(kept);
    rest.context = context;
    ck_assert(weft_checkpoint_training(kept, &rest));
    ck_assert_uint_eq(rest.epochs, 2);
    ck_assert_uint_eq(rest.batch, 17);
    ck_assert_uint_eq(rest.seed, UINT64_MAX);
    ck_assert(rest.learning_rate == 0.005f && rest.order == WEFT_ORDER_SHUFFLED && rest.steps == 0);
    ck_assert_ptr_eq(rest.context, context);
    ck_assert_uint_eq(weft_checkpoint_epochs(kept), 2);
    ck_assert_uint_eq(weft_checkpoint_steps(kept), 10);
    ck_assert_uint_eq(weft_checkpoint_epoch(kept, 1)->epoch, 2);
    ck_assert_uint_eq(weft_checkpoint_epoch(kept, 1)->images, 70);
    ck_assert_ptr_null(weft_checkpoint_epoch(kept, 1)->results);
    ck_assert_ptr_null(weft_checkpoint_epoch(kept, 2));
    ck_assert_int_eq(weft_checkpoint_math(kept), WEFT_MATH_EXACT);
    /* Another session, opened with its model. */
    other = api_open(weft_checkpoint_model(kept), "cpu", 32);
    API_OK(weft_session_set_checkpoint(other, kept, error));
    rest.epoch = halve;
    API_OK(weft_train(other, images, &rest, error));
    ck_assert(api_equal(used, other));
    ck_assert(!api_restore(used, other, "api_checkpoints.checkpoint", &rest));
    ck_assert_uint_eq(rest.epochs, 0);
    /* Back again. */
    API_OK(weft_session_set_checkpoint(used, kept, error));
    ck_assert(!api_equal(used, other));
    ck_assert_uint_eq(weft_session_epochs(used), 2);
    weft_checkpoint_destroy(kept);
    weft_session_close(used);
    weft_session_close(other);
}
END_TEST

/* What a callback makes of the learning rate in the last epoch. */
static bool end_at_0(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_training_options rest = WEFT_TRAINING_OPTIONS;
    struct weft_checkpoint *kept;
    (void)context;
    *learning_rate = epoch->epoch == 2 || epoch->epoch == 5 ? 0 : *learning_rate / 2;
    API_OK(weft_session_checkpoint(used, &kept, error));
    weft_checkpoint_training(kept, &rest);
    ck_assert(rest.learning_rate > 0);
    weft_checkpoint_destroy(kept);
    return true;
}

static bool stop_at_0(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)context;
    (void)epoch;
    *learning_rate = 0;
    return false;
}

static void assert_rate(float rate) {
    struct weft_session *other = api_open(model, "cpu", 20);
    struct weft_training_options rest = WEFT_TRAINING_OPTIONS;
    api_restore(used, other, "api_rates.checkpoint", &rest);
    ck_assert_float_eq(rest.learning_rate, rate);
    weft_session_close(other);
}

/* A wrong learning rate is no error if no epoch needs it, and never in a checkpoint. */
START_TEST(rates_of_the_last_epoch) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    used = api_open(model, "cpu", 20);
    options.epochs = 2;
    options.learning_rate = 0.02f;
    options.epoch = end_at_0;
    API_OK(weft_train(used, images, &options, error));
    assert_rate(0.01f);
    options.epochs = 9;
    options.steps = 12; /* to epoch 5 */
    API_OK(weft_train(used, images, &options, error));
    assert_rate(0.005f);
    options.epoch = stop_at_0;
    API_FAILS(WEFT_INTERRUPTED, "epoch 6", weft_train(used, images, &options, error));
    assert_rate(0.02f);
    weft_session_close(used);
}
END_TEST

/* A limit of steps that ended a call, and one that is left. */
START_TEST(limits_of_steps) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS, rest = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
    options.steps = 8; /* two epochs */
    API_OK(weft_train(a, images, &options, error));
    ck_assert(!api_restore(a, b, "api_limits.checkpoint", &rest));
    ck_assert_uint_eq(rest.epochs, 3);
    ck_assert_uint_eq(rest.steps, 0);
    options.steps = 13;
    options.progress = stop;
    API_FAILS(WEFT_INTERRUPTED, "epoch 4", weft_train(a, images, &options, error));
    ck_assert(api_restore(a, b, "api_limits.checkpoint", &rest));
    ck_assert_uint_eq(rest.epochs, 4);
    ck_assert_uint_eq(rest.steps, 9);
    API_OK(weft_train(b, images, &rest, error));
    ck_assert_uint_eq(weft_session_steps(b), 21);
    API_OK(weft_session_set_model(b, model, error));
    ck_assert(!api_restore(b, a, "api_limits.checkpoint", &rest));
    ck_assert_uint_eq(rest.epochs + rest.batch, 0);
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* Texts of the caller are in the file, too. */
START_TEST(texts) {
    const char *strange = "a \"text\"\n\t\x01 \xc3\xa4";
    struct weft_session *session = api_open(model, "cpu", 8);
    struct weft_checkpoint *checkpoint;
    API_OK(weft_session_checkpoint(session, &checkpoint, error));
    ck_assert_ptr_null(weft_checkpoint_text(checkpoint, "data"));
    API_OK(weft_checkpoint_set_text(checkpoint, "gone", NULL, error));
    API_OK(weft_checkpoint_set_text(checkpoint, "data", "before", error));
    API_OK(weft_checkpoint_set_text(checkpoint, "data", strange, error));
    API_OK(weft_checkpoint_set_text(checkpoint, "weft.network", "", error));
    API_OK(weft_checkpoint_set_text(checkpoint, "gone", "x", error));
    API_OK(weft_checkpoint_set_text(checkpoint, "gone", NULL, error));
    checkpoint = api_reload(checkpoint, "api_texts.checkpoint");
    ck_assert_str_eq(weft_checkpoint_text(checkpoint, "data"), strange);
    ck_assert_str_eq(weft_checkpoint_text(checkpoint, "weft.network"), "");
    ck_assert_ptr_null(weft_checkpoint_text(checkpoint, "gone"));
    weft_checkpoint_destroy(checkpoint);
    weft_session_close(session);
}
END_TEST

/* A step of more images than there are is one of all. */
START_TEST(large_batch) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 70), *b = api_open(model, "cpu", 100);
    options.batch = 1000000;
    API_OK(weft_train(a, images, &options, error));
    options.batch = 70;
    API_OK(weft_train(b, images, &options, error));
    ck_assert(api_equal(a, b));
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* An interrupted epoch leaves nothing behind. */
START_TEST(interrupted) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
    options.epochs = 2;
    API_OK(weft_train(a, images, &options, error));
    options.progress = stop;
    API_FAILS(WEFT_INTERRUPTED, "epoch 2", weft_train(b, images, &options, error));
    ck_assert_uint_eq(weft_session_epochs(b), 1);
    options.progress = NULL;
    options.epochs = 1;
    API_OK(weft_train(b, images, &options, error));
    ck_assert(api_equal(a, b));
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* What callbacks may call, and what they may not. */
static bool in_callback(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct weft_session *session = context;
    struct weft_evaluation evaluation = WEFT_EVALUATION;
    struct weft_model *trained;
    (void)epoch;
    API_OK(weft_evaluate(session, images, NULL, &evaluation, error));
    ck_assert_uint_eq(evaluation.images, 70);
    API_OK(weft_session_model(session, &trained, error));
    weft_model_destroy(trained);
    API_FAILS(WEFT_USAGE, "callback", weft_train(session, images, NULL, error));
    API_FAILS(WEFT_USAGE, "callback", weft_step(session, *learning_rate, error));
    return false;
}

START_TEST(callbacks) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *session = api_open(model, "cpu", 20);
    options.epoch = in_callback;
    options.context = session;
    ck_assert_int_eq(weft_train(session, images, &options, NULL), WEFT_INTERRUPTED);
    ck_assert_uint_eq(weft_session_epochs(session), 1);
    weft_session_close(session);
}
END_TEST

/* Values that are not finite are noticed; a training that diverges leaves nothing behind. */
START_TEST(divergence) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *session = api_open(model, "cpu", 8), *same = api_open(model, "cpu", 8);
    float inputs[API_AREA];
    struct weft_model *made;
    options.learning_rate = 1e30f;
    API_FAILS(WEFT_DIVERGED, "diverged", weft_train(session, images, &options, error));
    ck_assert(api_equal(session, same));
    for (size_t i = 0; i < API_AREA; i++) {
        inputs[i] = INFINITY;
    }
    API_OK(weft_forward(session, WEFT_STATISTICS_BATCH, inputs, 1, NULL, error));
    API_FAILS(WEFT_DIVERGED, "finite", weft_session_model(session, &made, error));
    ck_assert_ptr_null(made);
    weft_session_close(session);
    weft_session_close(same);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, training_goes_on);
    tcase_add_test(tests, checkpoints);
    tcase_add_test(tests, rates_of_the_last_epoch);
    tcase_add_test(tests, limits_of_steps);
    tcase_add_test(tests, texts);
    tcase_add_test(tests, large_batch);
    tcase_add_test(tests, interrupted);
    tcase_add_test(tests, callbacks);
    tcase_add_test(tests, divergence);
}

CHECK_MAIN("api_training", add_tests)

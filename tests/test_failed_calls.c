/* test_failed_calls.c: a session after a call of OpenCL has failed, without a loss of the device:
 * it goes on, with the bits of one in which nothing has failed. */
#include "player_case.h"

#include "api_case.h"
#include "base/try.h"

#include <sys/mman.h>

#include "api_fixture.h"

enum { BATCH = 37, PREDICTED = 3, CALLS = 1000000, PAGE = 65536 };

/* What a session computes. */
struct results {
    double losses[4];
    float logits[API_IMAGES * API_CLASSES], predicted[PREDICTED * API_CLASSES];
    float weights[API_CLASSES * 3 * 16];
};

static struct weft_images *more, *slice;

static void set_up_both(void) {
    set_up();
    more = api_images(1000, 2);
    API_OK(weft_images_slice(more, 100, 200, &slice, error));
}

static void tear_down_both(void) {
    weft_images_destroy(slice);
    weft_images_destroy(more);
    tear_down();
}

static struct weft_session *open_played(bool on_host, enum weft_step_kernel way) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_session *session;
    options.device = "0";
    options.batch = BATCH;
    options.no_cache = true;
    options.images_on_host = on_host;
    options.step_kernel = way;
    API_OK(weft_session_open(model, &options, &session, error));
    return session;
}

static enum weft_status evaluate(struct weft_session *session, const struct weft_images *of,
                                 size_t i, float *logits, struct results *results) {
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation evaluation = WEFT_EVALUATION;
    options.logits = logits;
    options.logits_count = logits != NULL ? API_IMAGES * API_CLASSES : 0;
    TRY(weft_evaluate(session, of, &options, &evaluation, error));
    results->losses[i] = evaluation.loss;
    return WEFT_OK;
}

/* Uses all that a session makes memory for: a set that is kept, and larger and smaller ones that
 * are copied; steps, changes of images, passes of one and of several batches. */
static enum weft_status compute(struct weft_session *session, struct results *results) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    uint8_t pixels[PREDICTED * API_AREA];
    memset(results, 0, sizeof *results);
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37 % 251);
    }
    options.batch = 13;
    options.recipe.flip = true;
    TRY(weft_session_set_model(session, model, error));
    TRY(weft_session_keep(session, images, error));
    TRY(evaluate(session, images, 0, results->logits, results));
    TRY(weft_train(session, images, &options, error));
    TRY(evaluate(session, slice, 1, NULL, results));
    TRY(evaluate(session, more, 2, NULL, results));
    TRY(evaluate(session, images, 3, NULL, results));
    TRY(weft_predict(session, pixels, PREDICTED, results->predicted, NULL, error));
    return weft_session_get(session, "fc.weight", results->weights,
                            sizeof results->weights / sizeof results->weights[0], error);
}

/* Makes call ${call} of ${name} fail in compute, which stores ${expected} otherwise, and computes
 * again. */
static void check_call(struct weft_session *session, const struct results *expected,
                       const char *name, long call) {
    static struct results got;
    char failure[512];
    enum weft_status status;
    player_fails_at(name, call);
    status = compute(session, &got);
    snprintf(failure, sizeof failure, "%s %ld: %s", name, call, weft_error_message(error));
    ck_assert_msg(player_fails_end() == 0, "%s: not made", failure);
    ck_assert_msg(status != WEFT_OK || memcmp(expected, &got, sizeof got) == 0, "%s: other results",
                  failure);
    status = compute(session, &got);
    ck_assert_msg(status == WEFT_OK, "after %s: %s", failure, weft_error_message(error));
    ck_assert_msg(memcmp(expected, &got, sizeof got) == 0, "after %s: other results", failure);
}

/* Makes calls of ${name} fail, up to ${most} of them, each in a session of its own. */
static void check_calls(const char *name, bool on_host, enum weft_step_kernel way, long most) {
    static struct results expected;
    struct weft_session *session = open_played(on_host, way);
    long calls;
    player_fails_at(name, CALLS);
    API_OK(compute(session, &expected));
    calls = CALLS - player_fails_end();
    weft_session_close(session);
    for (long call = 1; call <= calls; call += calls / most + 1) {
        session = open_played(on_host, way);
        check_call(session, &expected, name, call);
        weft_session_close(session);
    }
}

/* Makes calls of each kind fail: of those that make a buffer and fill it, about all. */
static void check_session(const char *play, bool on_host, enum weft_step_kernel way) {
    if (player_plays(play)) {
        check_calls("clCreateBuffer", on_host, way, 20);
        check_calls("fill", on_host, way, 20);
        check_calls("clEnqueueWriteBuffer", on_host, way, 6);
        check_calls("clWaitForEvents", on_host, way, 6);
        check_calls("cl[!S]*", on_host, way, 6);
    }
}

START_TEST(images_on_device) {
    check_session("gpu", false, WEFT_STEP_KERNEL_NEVER);
}
END_TEST

START_TEST(images_on_host) {
    check_session("gpu", true, WEFT_STEP_KERNEL_NEVER);
}
END_TEST

START_TEST(step_kernel) {
    check_session("cpu", true, WEFT_STEP_KERNEL_AUTO);
}
END_TEST

/* Portions that could not grow for other images are made again, by steps too. */
START_TEST(portions_that_did_not_grow) {
    struct weft_session *session, *whole;
    struct results results;
    if (!player_plays("gpu")) {
        return;
    }
    session = open_played(true, WEFT_STEP_KERNEL_NEVER);
    whole = open_played(true, WEFT_STEP_KERNEL_NEVER);
    API_OK(weft_session_keep(session, images, error));
    player_fails_at("clCreateBuffer", 1);
    API_FAILS(WEFT_BAD_DEVICE, "a portion of the images",
              evaluate(session, more, 0, NULL, &results));
    API_OK(weft_train(session, images, NULL, error));
    API_OK(weft_train(whole, images, NULL, error));
    ck_assert(api_equal(session, whole));
    weft_session_close(session);
    weft_session_close(whole);
}
END_TEST

/* A prediction that fails while its pixels are sent has waited for them: the caller may free them.
 */
START_TEST(pixels_of_a_failed_prediction) {
    float logits[BATCH * API_CLASSES], again[BATCH * API_CLASSES];
    uint8_t *pixels = aligned_alloc(PAGE, PAGE);
    uint8_t others[BATCH * API_AREA] = {7};
    struct weft_session *session;
    ck_assert_ptr_nonnull(pixels);
    memset(pixels, 9, PAGE);
    if (player_plays("gpu,deferred")) {
        session = open_played(true, WEFT_STEP_KERNEL_NEVER);
        API_OK(weft_predict(session, others, BATCH, logits, NULL, error));
        player_fails_at("clEnqueueWriteBuffer", 2); /* the labels, after the pixels */
        API_FAILS(WEFT_BAD_DEVICE, "clEnqueueWriteBuffer",
                  weft_predict(session, pixels, BATCH, again, NULL, error));
        ck_assert_int_eq(mprotect(pixels, PAGE, PROT_NONE), 0);
        API_OK(weft_predict(session, others, BATCH, again, NULL, error));
        ck_assert_mem_eq(logits, again, sizeof logits);
        weft_session_close(session);
        ck_assert_int_eq(mprotect(pixels, PAGE, PROT_READ | PROT_WRITE), 0);
    }
    free(pixels);
}
END_TEST

/* An interruption ends one call, also if the next one begins with other work than a pass; and there
 * are no tensors of the pass that it ended. */
static bool go_on(void *context, double steps) {
    (void)steps;
    return !*(bool *)context;
}

START_TEST(interrupted) {
    static float values[API_IMAGES * API_CLASSES];
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_evaluation evaluation = WEFT_EVALUATION;
    struct weft_session *session;
    struct weft_images *large;
    bool stops = true;
    if (!player_plays("gpu,slow=40")) {
        return;
    }
    options.device = "0";
    options.batch = API_IMAGES;
    options.no_cache = true;
    options.go_on = go_on;
    options.context = &stops;
    stops = false;
    API_OK(weft_session_open(model, &options, &session, error));
    API_OK(weft_session_keep(session, images, error));
    API_OK(weft_evaluate(session, images, NULL, &evaluation, error));
    API_OK(weft_session_get(session, "fc.output", values, API_IMAGES * API_CLASSES, error));
    stops = true;
    API_FAILS(WEFT_INTERRUPTED, "interrupted",
              weft_evaluate(session, images, NULL, &evaluation, error));
    stops = false;
    API_FAILS(WEFT_USAGE, "there was no step or pass",
              weft_session_get(session, "fc.output", values, API_IMAGES * API_CLASSES, error));
    large = api_images(100000, 3); /* so that the host waits while their memory is filled */
    API_OK(weft_session_keep(session, large, error));
    weft_images_destroy(large);
    weft_session_close(session);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_set_timeout(tests, 300);
    tcase_add_checked_fixture(tests, set_up_both, tear_down_both);
    tcase_add_test(tests, images_on_device);
    tcase_add_test(tests, images_on_host);
    tcase_add_test(tests, step_kernel);
    tcase_add_test(tests, portions_that_did_not_grow);
    tcase_add_test(tests, pixels_of_a_failed_prediction);
    tcase_add_test(tests, interrupted);
}

CHECK_MAIN("failed_calls", add_tests)

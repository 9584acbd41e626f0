/* test_average_resume.c: trainings with an average that are interrupted and go on: in the same
 * session and through checkpoints. */
#include "api_case.h"
#include "check_weft.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/checkpoint.h"
#include "os/host.h"

#include "api_fixture.h"

static struct weft_training_options options_of(size_t average) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    options.batch = 20;
    options.recipe.average = average;
    return options;
}

static bool stop_after(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)learning_rate;
    return epoch->epoch != *(const size_t *)context;
}

static bool stop_in(void *context, size_t epoch, size_t step, size_t steps) {
    (void)step;
    (void)steps;
    return epoch != *(const size_t *)context + 1;
}

/* Ends a training after each epoch, or in the next one, and goes on in another session. */
START_TEST(resumed) {
    struct weft_training_options options = options_of(3);
    struct weft_session *unbroken = api_open(model, "cpu", 32);
    API_OK(weft_train(unbroken, images, &options, error));
    for (size_t i = 2; i < 10; i++) {
        struct weft_training_options first = options_of(3), rest = WEFT_TRAINING_OPTIONS;
        struct weft_session *a = api_open(model, "cpu", 32), *b = api_open(model, "cpu", 32);
        size_t after = i / 2;
        first.context = &after;
        first.epoch = i % 2 == 0 ? stop_after : NULL;
        first.progress = i % 2 == 0 ? NULL : stop_in;
        API_FAILS(WEFT_INTERRUPTED, "", weft_train(a, images, &first, error));
        ck_assert(api_restore(a, b, "average.checkpoint", &rest));
        ck_assert_uint_eq(rest.epochs, 5 - after);
        API_OK(weft_train(b, images, &rest, error));
        ck_assert_msg(api_equal(unbroken, b), "after epoch %zu", after);
        rest.epoch = NULL; /* in the same session, too */
        API_OK(weft_train(a, images, &rest, error));
        ck_assert(api_equal(unbroken, a));
        weft_session_close(a);
        weft_session_close(b);
    }
    weft_session_close(unbroken);
}
END_TEST

/* After the last step, whether the session works on. */
static bool ended;

/* A session asks at most every 100 ms. */
static bool wait_at_end(void *context, size_t epoch, size_t step, size_t steps) {
    const double start = os_seconds();
    (void)context;
    while (epoch == 5 && step == steps && os_seconds() < start + 0.15) {
        ended = true;
    }
    return true;
}

static bool until_end(void *context, double steps) {
    (void)context;
    (void)steps;
    return !ended;
}

/* Interrupted while the statistics are computed: the last epoch leaves nothing behind. */
START_TEST(interrupted) {
    struct weft_session_options opened = WEFT_SESSION_OPTIONS;
    struct weft_training_options options = options_of(2);
    struct weft_session *unbroken = api_open(model, "cpu", 32), *session;
    API_OK(weft_train(unbroken, images, &options, error));
    opened.device = "cpu";
    opened.batch = 32;
    opened.go_on = until_end;
    API_OK(weft_session_open(model, &opened, &session, error));
    options.progress = wait_at_end;
    API_FAILS(WEFT_INTERRUPTED, "training: running statistics",
              weft_train(session, images, &options, error));
    ck_assert_uint_eq(weft_session_epochs(session), 4);
    ended = false;
    options.progress = NULL;
    options.epochs = 1;
    API_OK(weft_train(session, images, &options, error));
    ck_assert(api_equal(unbroken, session));
    weft_session_close(session);
    weft_session_close(unbroken);
}
END_TEST

/* An average of epochs of which some were made before, without it. */
START_TEST(made_before) {
    struct weft_training_options options = options_of(0);
    struct weft_session *a = api_open(model, "cpu", 32);
    options.epochs = 3;
    API_OK(weft_train(a, images, &options, error));
    options.epochs = 2;
    options.recipe.average = 4;
    API_FAILS(WEFT_USAGE, "weft_train: recipe.average is 4: epochs of these were made before: 2",
              weft_train(a, images, &options, error));
    ck_assert_uint_eq(weft_session_epochs(a), 3);
    options.recipe.average = 2;
    API_OK(weft_train(a, images, &options, error));
    ck_assert_uint_eq(weft_session_epochs(a), 5);
    weft_session_close(a);
}
END_TEST

/* The sum is in a checkpoint while the average is not finished, and only then. */
START_TEST(files) {
    const char *path = "average_files.checkpoint";
    struct weft_training_options options = options_of(3);
    const size_t parameters = weft_network_parameters(weft_model_network(model));
    struct weft_session *session = api_open(model, "cpu", 32);
    struct weft_checkpoint *checkpoint, *read;
    struct weft_error failure = {0};
    size_t after = 4;
    options.epoch = stop_after;
    options.context = &after;
    API_FAILS(WEFT_INTERRUPTED, "", weft_train(session, images, &options, error));
    API_OK(weft_session_checkpoint(session, &checkpoint, error));
    ck_assert_uint_eq(checkpoint->average.epochs, 2);
    API_OK(weft_checkpoint_save(checkpoint, path, error));
    API_OK(weft_checkpoint_load(path, &read, error));
    ck_assert_uint_eq(read->average.epochs, 2);
    ck_assert_mem_eq(read->average.sum, checkpoint->average.sum, parameters * sizeof(float));
    weft_checkpoint_destroy(read);
    /* A number of epochs that cannot be, and one without a sum. */
    for (size_t i = 0; i < 3; i++) {
        float *sum = checkpoint->average.sum;
        checkpoint->average.epochs = i == 0 ? 0 : i == 1 ? 5 : 2;
        checkpoint->average.sum = i == 2 ? NULL : sum;
        API_OK(weft_checkpoint_save(checkpoint, path, error));
        ck_assert_int_eq(checkpoint_load(path, &read, &failure), WEFT_BAD_FILE);
        ck_assert_ptr_nonnull(strstr(failure.message, "averaged_epochs is missing or wrong"));
        failure = (struct weft_error){0};
        checkpoint->average.sum = sum;
    }
    checkpoint->average.epochs = 2;
    checkpoint->average.sum[7] = INFINITY;
    API_OK(weft_checkpoint_save(checkpoint, path, error));
    API_FAILS(WEFT_BAD_FILE, "tensor average: element 7", weft_checkpoint_load(path, &read, error));
    weft_checkpoint_destroy(checkpoint);
    /* The end of the training. */
    after = 5;
    options.epochs = 1;
    API_FAILS(WEFT_INTERRUPTED, "", weft_train(session, images, &options, error));
    API_OK(weft_session_checkpoint(session, &checkpoint, error));
    ck_assert_ptr_null(checkpoint->average.sum);
    weft_checkpoint_destroy(checkpoint);
    remove(path);
    weft_session_close(session);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, resumed);
    tcase_add_test(tests, interrupted);
    tcase_add_test(tests, made_before);
    tcase_add_test(tests, files);
}

CHECK_MAIN("average_resume", add_tests)

/* test_api_threads.c: sessions on several threads, after fork, and cancelled. */
#define _GNU_SOURCE
#include "api_case.h"
#include "check_weft.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, EPOCHS = 3 };

static struct weft_error *error;
static struct weft_images *images;

static void set_up(void) {
    error = weft_error_create();
    images = api_images(70, 1);
}

static void tear_down(void) {
    weft_images_destroy(images);
    weft_error_destroy(error);
}

static char selector[16]; /* of the device of all threads */

/* Trains a model of its own on the images that all threads share. */
static void *train(void *context) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_model *model = api_model(1);
    struct weft_session **session = context;
    options.epochs = EPOCHS;
    options.batch = 20;
    *session = api_open(model, selector, 20);
    weft_model_destroy(model);
    ck_assert_int_eq(weft_session_keep(*session, images, NULL), WEFT_OK);
    ck_assert_int_eq(weft_train(*session, images, &options, NULL), WEFT_OK);
    return NULL;
}

/* Sessions of four threads get the same bits. */
static void train_in_threads(void) {
    struct weft_session *sessions[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, train, &sessions[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 1; i < THREADS; i++) {
        ck_assert(api_equal(sessions[0], sessions[i]));
    }
    for (size_t i = 0; i < THREADS; i++) {
        weft_session_close(sessions[i]);
    }
}

START_TEST(independent) {
    snprintf(selector, sizeof selector, "cpu");
    train_in_threads();
}
END_TEST

/* The same on each OpenCL device. */
START_TEST(independent_on_devices) {
    struct weft_devices *devices;
    size_t used = 0;
    API_OK(weft_devices_list(&devices, error));
    for (size_t i = 0; i < weft_devices_count(devices); i++) {
        const struct weft_device *device = weft_devices_get(devices, i);
        if (device->usable && !device->builtin) {
            snprintf(selector, sizeof selector, "%u", device->index);
            train_in_threads();
            used++;
        }
    }
    if (used == 0) {
        skip_test("sessions of several threads on OpenCL devices", "no OpenCL device is usable");
    }
    weft_devices_destroy(devices);
}
END_TEST

/* What a second thread gets while the first one is in a callback. */
static void *use(void *context) {
    struct weft_session *session = context;
    uint32_t class = 0;
    API_FAILS(WEFT_USAGE, "another call",
              weft_predict(session, weft_images_pixels(images), 1, NULL, &class, error));
    weft_session_cancel(session);
    return NULL;
}

static bool start_second(void *context, size_t epoch, size_t step, size_t steps) {
    pthread_t thread;
    (void)epoch, (void)step, (void)steps;
    ck_assert_int_eq(pthread_create(&thread, NULL, use, context), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return true;
}

/* A second thread is refused, and its cancel ends the call of the first. */
START_TEST(one_thread_at_a_time) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_model *model = api_model(1);
    struct weft_session *session = api_open(model, "cpu", 20);
    options.progress = start_second;
    options.context = session;
    ck_assert_int_eq(weft_train(session, images, &options, NULL), WEFT_INTERRUPTED);
    ck_assert_uint_eq(weft_session_epochs(session), 0);
    options.progress = NULL;
    options.epochs = 1;
    API_OK(weft_train(session, images, &options, error));
    weft_session_close(session);
    weft_model_destroy(model);
}
END_TEST

static void *close_session(void *context) {
    weft_session_close(context);
    return NULL;
}

static bool close_in_second(void *context, size_t epoch, size_t step, size_t steps) {
    pthread_t thread;
    (void)epoch, (void)step, (void)steps;
    ck_assert_int_eq(pthread_create(&thread, NULL, close_session, context), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return true;
}

/* Closes the session once it is open, from one of its threads. */
static bool close_in_go_on(void *context, double steps) {
    struct weft_session **opened = context, *used = *opened;
    (void)steps;
    *opened = NULL;
    weft_session_close(used);
    return true;
}

/* A session that is closed during a call, wherever, ends that call and is closed then. */
START_TEST(closed_by_another_thread) {
    struct weft_session_options on_cpu = WEFT_SESSION_OPTIONS;
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_model *model = api_model(1);
    struct weft_session *session = api_open(model, "cpu", 20), *other;
    options.progress = close_in_second;
    options.context = session;
    API_FAILS(WEFT_INTERRUPTED, "interrupted", weft_train(session, images, &options, error));
    on_cpu.device = "cpu";
    on_cpu.go_on = close_in_go_on;
    on_cpu.context = &session;
    session = NULL;
    API_OK(weft_session_open(model, &on_cpu, &other, error));
    session = other;
    options.progress = NULL;
    options.epochs = 1000000;
    API_FAILS(WEFT_INTERRUPTED, "interrupted", weft_train(other, images, &options, error));
    ck_assert_ptr_null(session);
    weft_model_destroy(model);
}
END_TEST

static bool never(void *context, double steps) {
    (void)context;
    (void)steps;
    return false;
}

/* Opening asks, too. */
START_TEST(not_opened) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_model *model = api_model(1);
    struct weft_session *session;
    options.go_on = never;
    API_FAILS(WEFT_INTERRUPTED, "opening the device: interrupted",
              weft_session_open(model, &options, &session, error));
    ck_assert_ptr_null(session);
    weft_model_destroy(model);
}
END_TEST

static struct weft_session *alarmed;

static void on_alarm(int number) {
    (void)number;
    weft_session_cancel(alarmed);
}

/* A signal handler ends a long training; a cancel between calls ends the next one, and no other. */
START_TEST(cancel) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_model *model = api_model(1);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    alarmed = api_open(model, "cpu", 20);
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    options.epochs = 1000000;
    alarm(1);
    API_FAILS(WEFT_INTERRUPTED, "interrupted", weft_train(alarmed, images, &options, error));
    weft_session_cancel(alarmed);
    options.epochs = 1;
    API_FAILS(WEFT_INTERRUPTED, "cancelled", weft_train(alarmed, images, &options, error));
    API_OK(weft_train(alarmed, images, &options, error));
    weft_session_close(alarmed);
    weft_model_destroy(model);
}
END_TEST

/* The child of a fork gets an error, and may close the session. */
START_TEST(after_fork) {
    struct weft_model *model = api_model(1);
    struct weft_session *session = api_open(model, "cpu", 20);
    int code = -1;
    pid_t child;
    API_OK(weft_train(session, images, NULL, error));
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        uint32_t class;
        const bool refused = weft_train(session, images, NULL, error) == WEFT_USAGE &&
                             weft_predict(session, weft_images_pixels(images), 1, NULL, &class,
                                          error) == WEFT_USAGE &&
                             strstr(weft_error_message(error), "fork") != NULL;
        weft_session_close(session);
        session = api_open_threads(model, "cpu", 20, 1); /* one of its own works */
        _exit(refused && weft_train(session, images, NULL, error) == WEFT_OK ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &code, 0), child);
    ck_assert_int_eq(code, 0);
    API_OK(weft_train(session, images, NULL, error));
    weft_session_close(session);
    weft_model_destroy(model);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, independent);
    tcase_add_test(tests, independent_on_devices);
    tcase_add_test(tests, one_thread_at_a_time);
    tcase_add_test(tests, closed_by_another_thread);
    tcase_add_test(tests, not_opened);
    tcase_add_test(tests, cancel);
    tcase_add_test(tests, after_fork);
}

CHECK_MAIN("api_threads", add_tests)

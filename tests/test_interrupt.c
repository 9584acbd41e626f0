/* test_interrupt.c: the first Ctrl-C sets a flag, the second ends the program. */
#define _XOPEN_SOURCE 700
#include "check_weft.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "data/images.h"
#include "os/process.h"

/* Long enough for a second signal. After an interrupt, each wait is interrupted. */
static void later(void) {
    struct timespec nap = {0, 200 * 1000 * 1000};
    int left;
    do {
        left = nanosleep(&nap, &nap);
    } while (left != 0);
}

START_TEST(first_is_a_flag) {
    signal(SIGINT, SIG_DFL);
    ck_assert(!os_interrupted());
    os_catch_interrupts();
    ck_assert(!os_interrupted());
    raise(SIGINT);
    ck_assert(os_interrupted());
    ck_assert(os_interrupted()); /* the flag stays set */
}
END_TEST

/* Check expects this exit code. */
START_TEST(second_ends) {
    signal(SIGINT, SIG_DFL);
    os_catch_interrupts();
    raise(SIGINT);
    later();
    raise(SIGINT);
    exit(0);
}
END_TEST

/* Like timeout(1), which signals the process and its group. */
START_TEST(simultaneous_signals_count_once) {
    signal(SIGTERM, SIG_DFL);
    os_catch_interrupts();
    raise(SIGTERM);
    raise(SIGTERM);
    ck_assert(os_interrupted());
}
END_TEST

START_TEST(terminate_is_a_flag) {
    signal(SIGTERM, SIG_DFL);
    os_catch_interrupts();
    ck_assert(!os_interrupted_alone());
    raise(SIGTERM);
    ck_assert(os_interrupted());
    ck_assert(os_interrupted_alone()); /* a process sent the signal */
}
END_TEST

/* The second signal may differ from the first. */
START_TEST(second_of_another_kind_ends) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    os_catch_interrupts();
    raise(SIGINT);
    later();
    os_catch_interrupts(); /* does not catch the next signal */
    raise(SIGTERM);
    exit(0);
}
END_TEST

static bool always(void) {
    return true;
}

/* The library asks a function of the program, since its flag is another one. */
START_TEST(library_asks_the_program) {
    ck_assert(!os_interrupted());
    set_interrupted(always);
    ck_assert(os_interrupted());
    ck_assert(!os_signalled());
    set_interrupted(NULL);
    ck_assert(!os_interrupted());
}
END_TEST

/* The hash of large images ends between two pieces. */
START_TEST(hash_ends) {
    const size_t count = 25000; /* 20 MB */
    uint8_t *pixels = calloc(count, 784);
    uint16_t *labels = calloc(count, sizeof *labels);
    const struct weft_images large = {.count = count,
                                      .channels = 1,
                                      .height = 28,
                                      .width = 28,
                                      .classes = 10,
                                      .pixels = pixels,
                                      .labels = labels};
    struct split_hash hash;
    ck_assert(pixels != NULL && labels != NULL);
    set_interrupted(always);
    ck_assert_int_eq(images_hash(&large, &hash, NULL), WEFT_INTERRUPTED);
    ck_assert_str_eq(hash.images, "");
    set_interrupted(NULL);
    ck_assert_int_eq(images_hash(&large, &hash, NULL), WEFT_OK);
    ck_assert_uint_eq(strlen(hash.images), 64);
    free(pixels);
    free(labels);
}
END_TEST

/* A read that waits ends, and so does one that begins to wait later. */
START_TEST(waits_end) {
    int ends[2];
    char byte;
    ck_assert_int_eq(pipe(ends), 0);
    os_catch_interrupts();
    raise(SIGTERM);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(read(ends[0], &byte, 1), -1);
        ck_assert_int_eq(errno, EINTR);
    }
}
END_TEST

START_TEST(ignored_stays_ignored) {
    signal(SIGINT, SIG_IGN);
    os_catch_interrupts();
    raise(SIGINT);
    ck_assert(!os_interrupted());
}
END_TEST

/* Whatever ends the process after an interrupt, the exit code is that of an interrupt: an abort of
 * the driver whose compiler the signal has ended, an exit that it calls, weft's own abort. */
START_TEST(ends_as_interrupted) {
    signal(SIGINT, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    os_explain_end("explained\n", 4);
    os_catch_interrupts();
    raise(SIGINT);
    switch (_i) {
    case 0:
        abort();
    case 1:
        exit(0);
    default:
        os_abort();
    }
}
END_TEST

/* A result from before the signal stays the result. */
START_TEST(forgotten) {
    signal(SIGINT, SIG_DFL);
    os_explain_end("explained\n", 4);
    os_catch_interrupts();
    raise(SIGINT);
    os_forget_interrupt();
    ck_assert(!os_interrupted());
    exit(0);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, first_is_a_flag);
    tcase_add_exit_test(tests, second_ends, OS_INTERRUPTED_CODE);
    tcase_add_test(tests, simultaneous_signals_count_once);
    tcase_add_test(tests, terminate_is_a_flag);
    tcase_add_exit_test(tests, second_of_another_kind_ends, OS_INTERRUPTED_CODE);
    tcase_add_test(tests, library_asks_the_program);
    tcase_add_test(tests, hash_ends);
    tcase_add_test(tests, waits_end);
    tcase_add_test(tests, ignored_stays_ignored);
    tcase_add_loop_exit_test(tests, ends_as_interrupted, 130, 0, 3);
    tcase_add_exit_test(tests, forgotten, 4);
}

CHECK_MAIN("interrupt", add_tests)

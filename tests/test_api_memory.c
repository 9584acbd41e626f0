/* test_api_memory.c: calls with a session, however many, need no more memory than the first ones.
 * /proc/self/statm counts the pages that are in memory. */
#include "api_case.h"
#include "check_weft.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    WARM = 500,     /* calls until all that stays has been allocated */
    CALLS = 20000,  /* so that 16 bytes a call are more than the limit */
    LIMIT_KIB = 128 /* the heap has holes */
};

static struct weft_error *error;

/* Returns the memory of this process in KiB; 0: it is not known. */
static long memory_kib(void) {
    long all, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &all, &resident) != 2) {
            resident = 0;
        }
        fclose(file);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* One of each call that an embedder repeats: a prediction, and what fails; sometimes an evaluation
 * of images that are not kept, and of a slice. */
static void call(struct weft_session *session, const struct weft_images *images, size_t i) {
    const uint8_t *pixels = weft_images_pixels(images) + i % 20 * API_AREA;
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_images *slice;
    float logits[API_CLASSES];
    uint32_t class;
    API_OK(weft_predict(session, pixels, 1, logits, &class, error));
    ck_assert_uint_lt(class, API_CLASSES);
    ck_assert_int_eq(weft_predict(session, NULL, 1, logits, NULL, error), WEFT_USAGE);
    if (i % 10 == 0) {
        API_OK(weft_images_slice(images, i / 10 % 15, 5, &slice, error));
        API_OK(weft_evaluate(session, slice, NULL, &result, error));
        weft_images_destroy(slice);
    }
}

START_TEST(of_many_calls) {
    struct weft_model *model = api_model(1);
    struct weft_images *images = api_images(20, 1);
    struct weft_session *session = api_open_threads(model, "cpu", 5, 1);
    const char *sanitizers = getenv("WEFT_SANITIZE");
    long before = 0, after;
    if (memory_kib() == 0 || (sanitizers != NULL && sanitizers[0] != '\0')) {
        skip_test("memory of many calls", "no /proc/self/statm, or sanitizers");
    } else {
        for (size_t i = 0; i < WARM + CALLS; i++) {
            before = i == WARM ? memory_kib() : before;
            call(session, images, i);
        }
        after = memory_kib();
        ck_assert_msg(after - before <= LIMIT_KIB, "%d calls: from %ld to %ld KiB", CALLS, before,
                      after);
    }
    weft_session_close(session);
    weft_images_destroy(images);
    weft_model_destroy(model);
}
END_TEST

static void set_up(void) {
    error = weft_error_create();
}

static void tear_down(void) {
    weft_error_destroy(error);
}

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, of_many_calls);
}

CHECK_MAIN("api_memory", add_tests)

/* test_api_sizes.c: structures of programs that were compiled with earlier or later headers: with
 * fewer or more members than this library knows. */
#include "check_weft.h"

#include <stddef.h>
#include <string.h>
#include <weft/weft.h>

#include "api/api.h"
#include "api_case.h"

/* A structure in three versions of the library. */
struct first {
    size_t size;
    unsigned threads;
    double rate;
};
struct second {
    size_t size;
    unsigned threads;
    double rate;
    const char *name;
    uint64_t steps;
};

static struct weft_error failure;

static enum weft_status read_second(struct second *own, const void *given) {
    failure = (struct weft_error){0};
    return api_structure_read(own, sizeof *own, sizeof(struct first), given, "weft_function",
                              "options", &failure);
}

START_TEST(an_earlier_program) {
    const struct first given = {.size = sizeof given, .threads = 3, .rate = 0.5};
    struct second own;
    memset(&own, 0xff, sizeof own);
    ck_assert_int_eq(read_second(&own, &given), WEFT_OK);
    ck_assert_uint_eq(own.size, sizeof own);
    ck_assert_uint_eq(own.threads, 3);
    ck_assert(own.rate == 0.5);
    ck_assert_ptr_null(own.name);
    ck_assert_uint_eq(own.steps, 0);
}
END_TEST

START_TEST(a_later_program) {
    struct {
        struct second known;
        uint64_t unknown;
    } given = {{.size = sizeof given, .threads = 3, .steps = 7}, 0};
    struct second own;
    ck_assert_int_eq(read_second(&own, &given), WEFT_OK);
    ck_assert_uint_eq(own.steps, 7);
    ck_assert_uint_eq(own.size, sizeof own);
    given.unknown = 1;
    ck_assert_int_eq(read_second(&own, &given), WEFT_USAGE);
    ck_assert_str_eq(failure.message, "weft_function: options has members that this version of the "
                                      "library does not know");
}
END_TEST

START_TEST(no_structure) {
    const size_t sizes[] = {0, 1, sizeof(struct first) - 1, 4097, SIZE_MAX};
    struct first given = {.size = 0};
    struct second own;
    ck_assert_int_eq(read_second(&own, NULL), WEFT_OK);
    ck_assert_uint_eq(own.threads, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        given.size = sizes[i];
        ck_assert_int_eq(read_second(&own, &given), WEFT_USAGE);
        ck_assert_ptr_nonnull(strstr(failure.message, "sizeof *options"));
    }
}
END_TEST

/* Results are stored up to the size that the caller has. */
START_TEST(results) {
    const struct second own = {sizeof own, 3, 0.5, "name", 7};
    struct {
        struct first known;
        unsigned char after[sizeof own];
    } earlier = {.known = {.size = sizeof earlier.known}};
    struct {
        struct second known;
        uint64_t unknown;
    } later = {{.size = sizeof later}, 99};
    memset(earlier.after, 0xee, sizeof earlier.after);
    api_structure_write(&earlier, &own, sizeof own);
    ck_assert_uint_eq(earlier.known.size, sizeof earlier.known);
    ck_assert(earlier.known.threads == 3 && earlier.known.rate == 0.5);
    for (size_t i = 0; i < sizeof earlier.after; i++) {
        ck_assert_uint_eq(earlier.after[i], 0xee);
    }
    api_structure_write(&later, &own, sizeof own);
    ck_assert_uint_eq(later.known.size, sizeof later);
    ck_assert_uint_eq(later.known.steps, 7);
    ck_assert_uint_eq(later.unknown, 0);
}
END_TEST

/* The same with functions of the library, and a program with later headers. */
START_TEST(functions) {
    struct {
        struct weft_needs known;
        uint64_t unknown[4];
    } needs = {{.size = sizeof needs}, {0}};
    struct {
        struct weft_session_options known;
        void *unknown[3];
    } options = {WEFT_SESSION_OPTIONS, {NULL}};
    struct {
        struct weft_evaluation known;
        unsigned char after[16];
    } result = {WEFT_EVALUATION, {0}};
    const uint8_t pixels[2 * 784] = {0};
    const uint16_t labels[2] = {1, 9};
    const size_t shape[3] = {1, 28, 28};
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    struct weft_images *images = NULL;
    struct weft_session *session = NULL;
    ck_assert_int_eq(weft_network_create_published(&network, NULL), WEFT_OK);
    ck_assert_int_eq(weft_network_needs(network, 10, false, &needs.known, NULL), WEFT_OK);
    ck_assert_uint_gt(needs.known.flop, 0);
    ck_assert_int_eq(weft_model_create(network, 0, &model, NULL), WEFT_OK);
    ck_assert_int_eq(weft_images_create(2, shape, pixels, labels, 10, &images, NULL), WEFT_OK);
    options.known.size = sizeof options;
    options.known.device = "cpu";
    ck_assert_int_eq(weft_session_open(model, &options.known, &session, NULL), WEFT_OK);
    memset(result.after, 0xee, sizeof result.after);
    ck_assert_int_eq(weft_evaluate(session, images, NULL, &result.known, NULL), WEFT_OK);
    ck_assert_uint_eq(result.known.images, 2);
    for (size_t i = 0; i < sizeof result.after; i++) {
        ck_assert_uint_eq(result.after[i], 0xee);
    }
    weft_session_close(session);
    options.unknown[1] = &options;
    ck_assert_int_eq(weft_session_open(model, &options.known, &session, NULL), WEFT_USAGE);
    ck_assert_ptr_null(session);
    weft_images_destroy(images);
    weft_model_destroy(model);
    weft_network_destroy(network);
}
END_TEST

/* A program that was compiled before recipe and average_flips were added: what lies behind its
 * structures is not read. */
START_TEST(shorter_options) {
    struct weft_training_options training = WEFT_TRAINING_OPTIONS;
    struct weft_evaluation_options evaluation = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation found[2] = {WEFT_EVALUATION, WEFT_EVALUATION};
    struct weft_error *error = weft_error_create();
    struct weft_model *model = api_model(1);
    struct weft_images *images = api_images(20, 1);
    for (int i = 0; i < 2; i++) {
        struct weft_session *session = api_open_threads(model, "cpu", 5, 1);
        API_OK(weft_train(session, images, &training, error));
        API_OK(weft_evaluate(session, images, &evaluation, &found[i], error));
        weft_session_close(session);
        memset(&training.recipe, 0x5a, sizeof training.recipe);
        training.size = offsetof(struct weft_training_options, recipe);
        evaluation.average_flips = true;
        evaluation.size = offsetof(struct weft_evaluation_options, average_flips);
    }
    ck_assert_mem_eq(&found[0], &found[1], sizeof found[0]);
    weft_images_destroy(images);
    weft_model_destroy(model);
    weft_error_destroy(error);
}
END_TEST

/* The macro in the header, the function and the text of the build are one version. */
START_TEST(version) {
    unsigned major, minor, patch;
    ck_assert_int_eq(sscanf(weft_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    ck_assert_uint_eq(weft_version_number(), WEFT_VERSION_NUMBER);
    ck_assert_uint_eq(weft_version_number(), 10000 * major + 100 * minor + patch);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, an_earlier_program);
    tcase_add_test(tests, a_later_program);
    tcase_add_test(tests, no_structure);
    tcase_add_test(tests, results);
    tcase_add_test(tests, functions);
    tcase_add_test(tests, shorter_options);
    tcase_add_test(tests, version);
}

CHECK_MAIN("api_sizes", add_tests)

/* test_images_on_host.c: sessions whose images are sent in portions: several sets, slices, passes
 * and predictions have the bits of the CPU backend, at every place. */
#include "api_case.h"
#include "check_weft.h"

#include <stdlib.h>
#include <string.h>

#include "api/session.h"

#include "api_fixture.h"

enum { BATCH = 7, OTHERS = 33 };

/* What a session computes. */
struct results {
    struct weft_evaluation evaluations[4];
    float logits[4][API_IMAGES * API_CLASSES];
    float predicted[3 * API_CLASSES];
};

static struct weft_images *others;

static void set_up_both(void) {
    set_up();
    others = api_images(OTHERS, 2);
}

static void tear_down_both(void) {
    weft_images_destroy(others);
    tear_down();
}

static struct weft_session *open_place(const struct layer_place *place) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    options.batch = BATCH;
    options.no_cache = true;
    options.images_on_host = true;
    return api_open_place(model, place, options);
}

/* Evaluates ${of} from image ${first} on as result ${i}. */
static void evaluate(struct weft_session *session, const struct weft_images *of, size_t first,
                     size_t batch, bool flips, size_t i, struct results *results) {
    struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
    const size_t count = weft_images_count(of) - first;
    struct weft_images *slice;
    options.batch = batch;
    options.average_flips = flips;
    options.logits = results->logits[i];
    options.logits_count = count * API_CLASSES;
    results->evaluations[i] = (struct weft_evaluation)WEFT_EVALUATION;
    API_OK(weft_images_slice(of, first, count, &slice, error));
    API_OK(weft_evaluate(session, slice, &options, &results->evaluations[i], error));
    weft_images_destroy(slice);
}

static void train(struct weft_session *session, const struct weft_images *of, bool changes) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    options.epochs = 3;
    options.batch = changes ? 5 : BATCH;
    options.seed = 4;
    if (changes) {
        options.recipe.flip = true;
        options.recipe.shift = 1;
        options.recipe.average = 2;
        options.recipe.class_weights = WEFT_CLASS_WEIGHTS_BALANCED;
    }
    API_OK(weft_train(session, of, &options, error));
}

/* Sets in turns: kept ones, slices of them, and one that is copied for the call. */
static void compute(struct weft_session *session, struct results *results) {
    uint8_t pixels[3 * API_AREA];
    struct weft_images *slice;
    memset(results, 0, sizeof *results);
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37 % 251);
    }
    API_OK(weft_session_keep(session, images, error));
    API_OK(weft_images_slice(images, 0, API_IMAGES - 6, &slice, error));
    train(session, slice, false);
    weft_images_destroy(slice);
    evaluate(session, images, API_IMAGES - 6, BATCH, false, 0, results);
    evaluate(session, others, 0, 4, false, 1, results);
    train(session, others, true);
    evaluate(session, images, 0, BATCH, true, 2, results);
    API_OK(weft_session_drop(session, images, error));
    API_OK(weft_predict(session, pixels, 3, results->predicted, NULL, error));
    evaluate(session, others, 30, 1, false, 3, results);
}

START_TEST(equal_bits) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "images on the host", places);
    static struct results expected, got;
    struct weft_session *reference = open_place(&places[0]);
    compute(reference, &expected);
    count = layer_places_add_launches(places, count);
    for (size_t i = 1; i < count; i++) {
        struct weft_session *session = open_place(&places[i]);
        compute(session, &got);
        ck_assert_msg(api_equal(reference, session), "%s", places[i].name);
        ck_assert_msg(memcmp(&expected, &got, sizeof got) == 0, "%s", places[i].name);
        weft_session_close(session);
    }
    weft_session_close(reference);
}
END_TEST

/* An interrupted training leaves no transfer behind, and the session goes on. */
static bool stop(void *context, size_t epoch, size_t step, size_t steps) {
    (void)context, (void)epoch, (void)steps;
    return step < 2;
}

START_TEST(interrupted) {
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list_fused(LAYER_SMALL, "images on the host", places);
    for (size_t i = 0; i < count; i++) {
        struct weft_training_options options = WEFT_TRAINING_OPTIONS;
        struct weft_session *session, *whole;
        if (!places[i].best) {
            continue;
        }
        session = open_place(&places[i]);
        whole = open_place(&places[i]);
        options.batch = BATCH;
        options.progress = stop;
        API_FAILS(WEFT_INTERRUPTED, "interrupted", weft_train(session, images, &options, error));
        API_OK(weft_session_set_model(session, model, error));
        train(session, images, false);
        train(whole, images, false);
        ck_assert_msg(api_equal(session, whole), "%s", places[i].name);
        weft_session_close(session);
        weft_session_close(whole);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up_both, tear_down_both);
    tcase_add_test(tests, equal_bits);
    tcase_add_test(tests, interrupted);
}

CHECK_MAIN("images_on_host", add_tests)

/* test_api_slices.c: slices of images that a session keeps: the bits of copies, without a copy; and
 * selections of images. */
#include "api_case.h"
#include "check_weft.h"

#include <string.h>

#include "api/session.h"

#include "api_fixture.h"

enum { BATCH = 16 };

/* Returns a session that keeps all images, or none. */
static struct weft_session *open_session(bool keeps) {
    struct weft_session *session = api_open(model, "cpu", BATCH);
    if (keeps) {
        API_OK(weft_session_keep(session, images, error));
    }
    return session;
}

static const struct {
    size_t first, count;
    bool trains; /* without a copy */
} parts[] = {{0, 70, true},   {0, 1, true},   {0, 40, true},
             {30, 40, false}, {69, 1, false}, {17, 33, false}};

START_TEST(evaluated) {
    struct weft_session *keeping = open_session(true), *other = open_session(false);
    const size_t sets = keeping->set_count;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const size_t count = parts[i].count;
        uint64_t confusion[2][API_CLASSES * API_CLASSES];
        float logits[2][API_IMAGES * API_CLASSES] = {{0}};
        struct weft_evaluation results[2] = {WEFT_EVALUATION, WEFT_EVALUATION};
        struct weft_images *slice;
        API_OK(weft_images_slice(images, parts[i].first, count, &slice, error));
        for (int k = 0; k < 2; k++) {
            struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
            options.confusion = confusion[k];
            options.confusion_count = API_CLASSES * API_CLASSES;
            options.logits = logits[k];
            options.logits_count = count * API_CLASSES;
            API_OK(weft_evaluate(k == 0 ? keeping : other, slice, &options, &results[k], error));
        }
        ck_assert_mem_eq(&results[0], &results[1], sizeof results[0]);
        ck_assert_mem_eq(confusion[0], confusion[1], sizeof confusion[0]);
        ck_assert_mem_eq(logits[0], logits[1], sizeof logits[0]);
        weft_images_destroy(slice);
    }
    ck_assert_uint_eq(keeping->set_count, sets);
    ck_assert_uint_gt(other->set_count, 1);
    weft_session_close(keeping);
    weft_session_close(other);
}
END_TEST

START_TEST(trained) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct weft_session *keeping = open_session(true), *other = open_session(false);
        struct weft_training_options options = WEFT_TRAINING_OPTIONS;
        struct weft_images *slice;
        options.epochs = 2;
        API_OK(weft_images_slice(images, parts[i].first, parts[i].count, &slice, error));
        API_OK(weft_train(keeping, slice, &options, error));
        API_OK(weft_train(other, slice, &options, error));
        ck_assert(api_equal(keeping, other));
        ck_assert_uint_eq(keeping->set_count, parts[i].trains ? 2 : 3);
        weft_images_destroy(slice);
        weft_session_close(keeping);
        weft_session_close(other);
    }
}
END_TEST

/* Other images, even of the same count, are no part of those that are kept. */
START_TEST(of_other_images) {
    struct weft_session *session = open_session(true), *fresh = open_session(false);
    struct weft_images *others = api_images(API_IMAGES, 2), *slice;
    struct weft_evaluation results[2] = {WEFT_EVALUATION, WEFT_EVALUATION};
    API_OK(weft_images_slice(others, 10, 20, &slice, error));
    API_OK(weft_evaluate(session, slice, NULL, &results[0], error));
    API_OK(weft_evaluate(fresh, slice, NULL, &results[1], error));
    ck_assert_mem_eq(&results[0], &results[1], sizeof results[0]);
    ck_assert_uint_eq(session->set_count, 3);
    API_FAILS(WEFT_USAGE, "not kept", weft_session_drop(session, slice, error));
    weft_images_destroy(others);
    API_OK(weft_images_slice(images, 0, 20, &others, error));
    API_FAILS(WEFT_USAGE, "not kept", weft_session_drop(session, others, error));
    weft_images_destroy(others);
    weft_images_destroy(slice);
    weft_session_close(session);
    weft_session_close(fresh);
}
END_TEST

/* A selection has copies of its images, in its order, with labels and names. */
START_TEST(selected) {
    const uint32_t indices[] = {69, 3, 3, 0}, wrong[] = {0, API_IMAGES};
    const size_t count = sizeof indices / sizeof *indices;
    struct weft_images named, *slice, *selection, *none;
    API_OK(weft_images_slice(images, 0, API_IMAGES, &slice, error));
    named = *slice;
    named.class_names = (char *[]){"a", "b", "c", "d", NULL};
    API_OK(weft_images_select(&named, indices, count, &selection, error));
    weft_images_destroy(slice);
    ck_assert_uint_eq(weft_images_count(selection), count);
    ck_assert_uint_eq(weft_images_classes(selection), API_CLASSES);
    ck_assert_str_eq(weft_images_class_name(selection, 3), "d");
    for (size_t i = 0; i < count; i++) {
        ck_assert_mem_eq(weft_images_pixels(selection) + i * API_AREA,
                         weft_images_pixels(images) + indices[i] * API_AREA, API_AREA);
        ck_assert_uint_eq(weft_images_labels(selection)[i], weft_images_labels(images)[indices[i]]);
    }
    API_FAILS(WEFT_USAGE, "indices[1] is 70: there are 70 images",
              weft_images_select(images, wrong, 2, &none, error));
    ck_assert_ptr_null(none);
    weft_images_destroy(selection);
}
END_TEST

/* Images without labels. */
START_TEST(selected_bare) {
    const size_t shape[3] = {1, 1, 2};
    const uint32_t index = 1;
    struct weft_images *bare, *selection;
    API_OK(weft_images_create(2, shape, (const uint8_t[]){1, 2, 3, 4}, NULL, 0, &bare, error));
    API_OK(weft_images_select(bare, &index, 1, &selection, error));
    ck_assert_ptr_null(weft_images_labels(selection));
    ck_assert_uint_eq(weft_images_pixels(selection)[1], 4);
    weft_images_destroy(bare);
    weft_images_destroy(selection);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, evaluated);
    tcase_add_test(tests, trained);
    tcase_add_test(tests, of_other_images);
    tcase_add_test(tests, selected);
    tcase_add_test(tests, selected_bare);
}

CHECK_MAIN("api_slices", add_tests)

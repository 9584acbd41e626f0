/* test_launches.c: the number of launches that a training step of the published network takes in
 * the gpu mapping, where a launch costs more than most of what it computes; and steps whose last
 * layers are one launch. */
#include "backend/inspect.h"
#include "backend/measure.h"
#include "check_weft.h"
#include "layer_case.h"
#include "layer_places.h"
#include "layer_values.h"
#include "train/train_model.h"
#include "training_case.h"

#include <string.h>

enum { IMAGES = 100, FUSED = 15, APART = 37 };

/* Opens ${place} with IMAGES images; initial parameters are 0. */
static struct backend *start(const struct weft_network *network, const struct layer_place *place,
                             bool no_fuse) {
    static const uint8_t pixels[IMAGES * 28 * 28];
    static const uint16_t labels[IMAGES];
    struct backend_options options = {.device = place->device,
                                      .threads = place->threads,
                                      .mapping = place->mapping,
                                      .cl_options = place->cl_options,
                                      .no_fuse = no_fuse,
                                      .batch = IMAGES};
    struct weft_images images = {IMAGES, 1, 28, 28, (uint8_t *)pixels, (uint16_t *)labels, 10};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    if (backend_open(network, &options, &backend, NULL, &error) == WEFT_OK) {
        backend_set_images(backend, WEFT_SPLIT_TRAIN, &images, &error);
    }
    ck_assert_msg(error.status == WEFT_OK, "%s: %s", place->name, error.message);
    return backend;
}

static void train(struct backend *backend) {
    static const uint32_t order[IMAGES];
    struct update adam = adam_update(0.01f, 1);
    struct training_steps steps = {1, IMAGES, IMAGES, order, &adam};
    struct weft_step_result result;
    struct weft_error error = {0};
    ck_assert_msg(backend_train(backend, &steps, &result, &error) == WEFT_OK, "%s", error.message);
}

/* Returns the launches of a step, without the one that adds the losses of all steps. */
static uint64_t launches_of_step(const struct weft_network *network,
                                 const struct layer_place *place, bool no_fuse) {
    struct backend *backend = start(network, place, no_fuse);
    struct profile_entry *entries;
    struct weft_error error = {0};
    uint64_t launches = 0;
    size_t count;
    ck_assert_int_eq(backend_profile_start(backend, &error), WEFT_OK);
    train(backend);
    ck_assert_int_eq(backend_profile_read(backend, &entries, &count, &error), WEFT_OK);
    for (size_t i = 0; i < count; i++) {
        launches += strcmp(entries[i].name, "cross_entropy_join") != 0 ? entries[i].launches : 0;
    }
    free(entries);
    backend_close(backend);
    return launches;
}

START_TEST(launches) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "launches", places);
    struct weft_network *network;
    struct weft_error error = {0};
    ck_assert_int_eq(network_create_published(&network, &error), WEFT_OK);
    for (size_t i = 0; i < count; i++) {
        if (places[i].opencl && places[i].mapping == WEFT_MAPPING_GPU) {
            ck_assert_uint_eq(launches_of_step(network, &places[i], false), FUSED);
            ck_assert_uint_eq(launches_of_step(network, &places[i], true), APART);
        }
    }
    network_destroy(network);
}
END_TEST

/* Linear layers at the end: 1 class; more classes than a work-group has work-items; a batch norm
 * between them; too much work for a work-group. */
START_TEST(steps) {
    static const char *const networks[] = {
        "{\"input\": [1, 1, 9], \"layers\": [{\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"out_features\": 1}]}",
        "{\"input\": [1, 1, 9], \"layers\": [{\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"out_features\": 5}, {\"kind\": \"relu\"},"
        "{\"kind\": \"linear\", \"out_features\": 1000}]}",
        "{\"input\": [1, 1, 67], \"layers\": [{\"kind\": \"batch_norm\"}, {\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"out_features\": 33}, {\"kind\": \"batch_norm\"},"
        "{\"kind\": \"linear\", \"out_features\": 18}, {\"kind\": \"relu\"},"
        "{\"kind\": \"linear\", \"out_features\": 4}]}",
        "{\"input\": [1, 1, 128], \"layers\": [{\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"out_features\": 150}, {\"kind\": \"relu\"},"
        "{\"kind\": \"linear\", \"out_features\": 7},"
        "{\"kind\": \"linear\", \"out_features\": 3}]}",
    };
    static const size_t widths[] = {9, 9, 67, 128}, classes[] = {1, 10, 4, 3};
    struct weft_network *network = layer_network(networks[_i]);
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "steps", places);
    struct layer_values values;
    struct weft_images images;
    float pixels[256];
    training_images(51, widths[_i], classes[_i], 240, &images);
    layer_draw(241, 0, LAYER_PLAIN, pixels, 256);
    layer_values_draw(network, 1, LAYER_PLAIN, 242, &values);
    struct training_case training = {.name = "steps",
                                     .parameters = values.parameters,
                                     .buffers = values.buffers,
                                     .data = &images,
                                     .pixels = pixels,
                                     .batch = 37,
                                     .epochs = 2};
    training_check(network, &training, 1, places, count);
    layer_values_finish(&values);
    images_finish(&images);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, launches);
    tcase_add_loop_test(tests, steps, 0, 4);
}
CHECK_MAIN("launches", add_tests)

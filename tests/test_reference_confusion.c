/* test_reference_confusion.c: a model that PyTorch trained (tests/vectors/trained.safetensors)
 * gives PyTorch's confusion matrices, in all five kinds of evaluation. */
#include "check_weft.h"
#include "layer_case.h"

#include <jansson.h>
#include <string.h>

#include "data/model.h"
#include "os/files.h"
#include "train/train_model.h"

static struct weft_model *model;
static struct weft_images images[WEFT_SPLIT_COUNT]; /* empty without the data set */

static void make(void) {
    const struct data_options options = {.test_fraction = 0};
    struct weft_error error = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/trained.safetensors", source_root());
    ck_assert_msg(model_load(path, &model, &error) == WEFT_OK, "%s", error.message);
    if (data_find(NULL, path, &error) != WEFT_OK) {
        skip_test("reference_confusion", "the real Fashion-MNIST is not here");
        return;
    }
    ck_assert_msg(data_read(path, &options, images, NULL, &error) == WEFT_OK, "%s", error.message);
}

static void finish(void) {
    images_finish(&images[WEFT_SPLIT_TRAIN]);
    images_finish(&images[WEFT_SPLIT_TEST]);
    model_destroy(model);
}

static json_t *read_matrices(void) {
    struct weft_error error = {0};
    char path[4096], *text;
    size_t size;
    json_t *json;
    snprintf(path, sizeof path, "%s/tests/vectors/confusion.json", source_root());
    ck_assert_msg(os_file_read(path, 1 << 20, &text, &size, &error) == WEFT_OK, "%s",
                  error.message);
    json = json_loads(text, 0, NULL);
    ck_assert(json != NULL);
    free(text);
    return json;
}

/* Returns the number of images that are in other cells in ${got} than in ${matrix}: each image
 * changes two cells. */
static uint64_t moved(const uint64_t got[100], const json_t *matrix) {
    uint64_t differences = 0;
    ck_assert_int_eq(json_array_size(matrix), 10);
    for (int i = 0; i < 100; i++) {
        const json_t *cell = json_array_get(json_array_get(matrix, i / 10), i % 10);
        uint64_t expected = (uint64_t)json_number_value(cell), here = got[i];
        differences += here > expected ? here - expected : expected - here;
    }
    return (differences + 1) / 2;
}

/* The matrix ${way} called ${name}, such as "test, raw pixels, batch statistics (as published)". At
 * most one image in 10,000 may be in another cell, because rounding decides between its two best
 * logits. */
static void check_way(struct backend *backend, const char *name, const json_t *way,
                      const char *where) {
    size_t set = strncmp(name, "train", 5) == 0 ? WEFT_SPLIT_TRAIN : WEFT_SPLIT_TEST;
    uint64_t confusion[100];
    const struct evaluation_options options = {
        .set = set,
        .statistics = strstr(name, "batch statistics") != NULL ? WEFT_STATISTICS_BATCH
                                                               : WEFT_STATISTICS_RUNNING,
        .batch = 10000,
        .confusion = confusion};
    struct evaluation evaluation;
    struct weft_error error = {0};
    float pixels[256];
    uint64_t elsewhere;
    if (strstr(name, "raw pixels") != NULL) {
        pixels_raw(pixels);
    } else {
        pixels_normalised(pixels);
    }
    ck_assert_int_eq(backend_set_pixels(backend, pixels, &error), WEFT_OK);
    ck_assert_msg(evaluate_images(backend, &options, &evaluation, &error) == WEFT_OK,
                  "%s on %s: %s", name, where, error.message);
    ck_assert_uint_eq(evaluation.classes, 10);
    elsewhere = moved(confusion, json_object_get(way, "matrix"));
    layer_report("%s on %s: %llu of %zu images elsewhere\n", name, where,
                 (unsigned long long)elsewhere, evaluation.images);
    ck_assert_msg(elsewhere <= evaluation.images / 10000, "%s on %s: %llu images elsewhere", name,
                  where, (unsigned long long)elsewhere);
}

/* 150,000 images: once on each device. */
START_TEST(five_kinds_of_evaluation) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_LARGE, "reference_confusion", places);
    json_t *matrices = read_matrices();
    for (size_t i = 0; images[WEFT_SPLIT_TRAIN].count != 0 && i < count; i++) {
        struct backend *backend;
        const char *name;
        json_t *way;
        int ways = 0;
        if (!places[i].best) {
            continue;
        }
        backend = layer_open(model->network, &places[i], 10000, "reference_confusion");
        ck_assert(backend != NULL);
        backend_write(backend, ARRAY_PARAMETERS, model->parameters, NULL);
        backend_write(backend, ARRAY_BUFFERS, model->buffers, NULL);
        for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
            ck_assert_int_eq(
                backend_set_images(backend, (enum weft_split)split, &images[split], NULL), WEFT_OK);
        }
        json_object_foreach(matrices, name, way) {
            if (json_object_get(way, "matrix") != NULL) {
                check_way(backend, name, way, places[i].name);
                ways++;
            }
        }
        ck_assert_int_eq(ways, 5);
        backend_close(backend);
    }
    json_decref(matrices);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, make, finish);
    tcase_add_test(tests, five_kinds_of_evaluation);
}
CHECK_MAIN("reference_confusion", add_tests)

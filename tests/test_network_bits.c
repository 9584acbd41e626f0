/* test_network_bits.c: the published network, trained for 20 steps: the same bytes of everything at
 * every place, denormals kept or flushed. */
#include "check_weft.h"
#include "layer_case.h"
#include "training_case.h"

#include <math.h>
#include <string.h>

#include "base/sha256.h"
#include "data/model.h"
#include "numerics.h"
#include "train/train_model.h"

/* The published network's initial values, and 100 real images: four steps of 32, 32, 32 and 4 an
 * epoch. */
static struct weft_model *model;
static struct weft_images images;
enum { BATCH = 32, EPOCHS = 5, STEPS = 20 };

static void make(void) {
    struct weft_network *network;
    struct weft_error error = {0};
    const struct data_options options = {.test_fraction = 0};
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/data/sample", source_root());
    ck_assert_int_eq(network_create_published(&network, &error), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, &error), WEFT_OK);
    model_initialise(model, 0);
    ck_assert_msg(data_read_split(folder, WEFT_SPLIT_TRAIN, &options, &images, NULL, &error) ==
                      WEFT_OK,
                  "%s", error.message);
    ck_assert_uint_eq(images.count, 100);
}

static void finish(void) {
    images_finish(&images);
    model_destroy(model);
}

static struct training_case case_of(const char *name, const float *parameters,
                                    const float *pixels) {
    return (struct training_case){.name = name,
                                  .parameters = parameters,
                                  .buffers = model->buffers,
                                  .data = &images,
                                  .pixels = pixels,
                                  .batch = BATCH,
                                  .epochs = EPOCHS};
}

/* ${count} values of ${values}, times ${scale}, in new memory. */
static float *scaled(const float *values, size_t count, float scale) {
    float *copy = malloc(count * sizeof *copy);
    ck_assert(copy != NULL);
    for (size_t i = 0; i < count; i++) {
        copy[i] = values[i] * scale;
    }
    return copy;
}

START_TEST(everywhere) {
    float pixels[256];
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "published network", places);
    struct training_case training = case_of("published network", model->parameters, pixels);
    pixels_normalised(pixels);
    training_check(model->network, &training, 1, places, count);
}
END_TEST

/* On devices that flush denormals too: first with the usual values, then with values that fade:
 * parameters whose products are near 2^-36 and far below, pixels near 2^-36, and steps so small
 * that they remain there. */
START_TEST(flushed) {
    size_t count = model->network->parameter_count;
    float pixels[256], faint_pixels[256];
    float *small = scaled(model->parameters, count, 1e-8f);
    float *tiny = scaled(model->parameters, count, 1e-12f);
    float *faint = scaled(model->parameters, count, 0x1p-17f);
    struct update slow[STEPS];
    struct layer_place places[LAYER_PLACES_MAX];
    size_t place_count = layer_places_list_fused(LAYER_LARGE, "published network flushed", places);
    place_count = layer_places_add_flushing(places, place_count);
    pixels_normalised(pixels);
    for (size_t i = 0; i < 256; i++) {
        faint_pixels[i] = ldexpf(pixels[i], -17 - (int)(i % 18));
    }
    for (size_t i = 0; i < STEPS; i++) {
        slow[i] = adam_update(0x1p-30f, i + 1);
    }
    struct training_case cases[] = {
        case_of("published network", model->parameters, pixels),
        case_of("published network, parameters of 1e-8", small, pixels),
        case_of("published network, parameters of 1e-12", tiny, pixels),
        case_of("published network, products near 2^-36", faint, faint_pixels),
        case_of("published network, pixels near 2^-36", model->parameters, faint_pixels),
    };
    cases[1].updates = slow;
    cases[3].updates = slow;
    training_check(model->network, cases, sizeof cases / sizeof cases[0], places, place_count);
    free(small);
    free(tiny);
    free(faint);
}
END_TEST

/* Each layer alone, so that every tensor is stored. */
START_TEST(apart) {
    float pixels[256];
    struct layer_place places[LAYER_PLACES_MAX];
    size_t place_count = layer_places_list(LAYER_LARGE, "published network apart", places);
    struct training_case training = case_of("published network apart", model->parameters, pixels);
    pixels_normalised(pixels);
    training_check(model->network, &training, 1, places, place_count);
}
END_TEST

/* The bits themselves. They follow from the contract of equal bits: a change of them changes the
 * number of the contract (cl/README.md). */
START_TEST(known_bits) {
    static const char known[] = "bcca9f87d3d4cf79e5963f2fa2e13f0177d37fb7584780fc27b2c8272f915f2c";
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct backend *backend = layer_open(model->network, &place, BATCH, "known bits");
    struct layer_result result = {0};
    float pixels[256], *parameters = scaled(model->parameters, model->network->parameter_count, 1);
    struct training_case training = case_of("known bits", model->parameters, pixels);
    struct sha256_ctx sha256;
    char hash[SHA256_HEX];
    pixels_normalised(pixels);
    ck_assert_int_eq(WEFT_CONTRACT, 1);
    ck_assert(training_run(&training, backend, &result, "known bits"));
    ck_assert_int_eq(backend_read(backend, ARRAY_PARAMETERS, parameters, NULL), WEFT_OK);
    sha256_init(&sha256);
    for (size_t i = 0; i < model->network->parameter_count; i++) {
        uint32_t bits = weft_as_uint(parameters[i]);
        const uint8_t bytes[] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16),
                                 (uint8_t)(bits >> 24)};
        sha256_add(&sha256, bytes, sizeof bytes);
    }
    sha256_final_hex(&sha256, hash);
    ck_assert_str_eq(hash, known);
    layer_result_finish(&result);
    backend_close(backend);
    free(parameters);
}
END_TEST

/* Logits of all images in one batch, with running statistics, and of some of them in batches of
 * other sizes. */
START_TEST(batches) {
    enum { IMAGES = 100, CLASSES = 10 };
    static const size_t parts[][2] = {{0, 1}, {37, 5}, {60, 33}, {99, 1}, {3, 97}, {16, 16}};
    static float expected[IMAGES * CLASSES], logits[IMAGES * CLASSES];
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_LARGE, "published network in batches", places);
    float pixels[256];
    pixels_normalised(pixels);
    for (size_t i = 0; i < count; i++) {
        struct backend *backend =
            layer_open(model->network, &places[i], IMAGES, "published network in batches");
        struct evaluation_pass pass = {.set = WEFT_SPLIT_TEST, .count = IMAGES, .logits = logits};
        ck_assert(backend != NULL);
        backend_write(backend, ARRAY_PARAMETERS, model->parameters, NULL);
        backend_write(backend, ARRAY_BUFFERS, model->buffers, NULL);
        backend_set_pixels(backend, pixels, NULL);
        ck_assert_int_eq(backend_set_images(backend, WEFT_SPLIT_TEST, &images, NULL), WEFT_OK);
        ck_assert_int_eq(backend_evaluate(backend, &pass, NULL), WEFT_OK);
        if (i == 0) {
            memcpy(expected, logits, sizeof expected);
        }
        ck_assert_mem_eq(logits, expected, sizeof expected);
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            pass.first = parts[k][0];
            pass.count = parts[k][1];
            ck_assert_int_eq(backend_evaluate(backend, &pass, NULL), WEFT_OK);
            ck_assert_msg(memcmp(logits, expected + pass.first * CLASSES,
                                 pass.count * CLASSES * sizeof *logits) == 0,
                          "images %zu to %zu on %s", pass.first, pass.first + pass.count - 1,
                          places[i].name);
        }
        backend_close(backend);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, make, finish);
    tcase_add_test(tests, everywhere);
    tcase_add_test(tests, flushed);
    tcase_add_test(tests, apart);
    tcase_add_test(tests, known_bits);
    tcase_add_test(tests, batches);
}
CHECK_MAIN("network_bits", add_tests)

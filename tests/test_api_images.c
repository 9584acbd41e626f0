/* test_api_images.c: the public functions of sets of images. */
#include "api_status.h"
#include "check_weft.h"

enum { COUNT = 5, AREA = 2 * 3 * 4 };

static const size_t SHAPE[3] = {2, 3, 4};
static const uint16_t LABELS[COUNT] = {0, 1, 2, 1, 0};
static uint8_t pixels[COUNT * AREA];
static struct weft_error *error;
static struct weft_images *images;

static void set_up(void) {
    error = weft_error_create();
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)i;
    }
    SUCCESS(weft_images_create(COUNT, SHAPE, pixels, LABELS, 3, &images, error));
}

static void tear_down(void) {
    weft_images_destroy(images);
    weft_error_destroy(error);
}

/* The set has copies. */
START_TEST(in_memory) {
    size_t shape[3];
    uint64_t counts[3];
    pixels[7] = 99;
    ck_assert_uint_eq(weft_images_count(images), COUNT);
    ck_assert_uint_eq(weft_images_classes(images), 3);
    weft_images_shape(images, shape);
    ck_assert_mem_eq(shape, SHAPE, sizeof shape);
    ck_assert_uint_eq(weft_images_pixels(images)[7], 7);
    ck_assert_mem_eq(weft_images_labels(images), LABELS, sizeof LABELS);
    ck_assert_ptr_null(weft_images_class_name(images, 0));
    SUCCESS(weft_images_class_counts(images, counts, 3, error));
    ck_assert_uint_eq(counts[0], 2);
    ck_assert_uint_eq(counts[1], 2);
    ck_assert_uint_eq(counts[2], 1);
}
END_TEST

/* Slices share memory, which is there until the last set is destroyed. */
START_TEST(slices) {
    struct weft_images *slice, *part;
    const uint8_t *first = weft_images_pixels(images);
    SUCCESS(weft_images_slice(images, 1, 4, &slice, error));
    SUCCESS(weft_images_slice(slice, 2, 2, &part, error));
    weft_images_destroy(images);
    weft_images_destroy(slice);
    images = part;
    ck_assert_ptr_eq(weft_images_pixels(part), first + 3 * AREA);
    ck_assert_uint_eq(weft_images_count(part), 2);
    ck_assert_mem_eq(weft_images_labels(part), LABELS + 3, 2 * sizeof *LABELS);
    ck_assert_uint_eq(weft_images_pixels(part)[AREA], 4 * AREA);
    USAGE(weft_images_slice(part, 2, 1, &slice, error),
          "weft_images_slice: first is 2: there are 2 images");
    USAGE(weft_images_slice(part, 1, 2, &slice, error), "count is 2: from image 1 on there are 1");
    USAGE(weft_images_slice(part, 0, 0, &slice, error), "count is 0");
    USAGE(weft_images_slice(part, 1, SIZE_MAX, &slice, error), "count is ");
    USAGE(weft_images_slice(part, SIZE_MAX, 1, &slice, error), "first is ");
    USAGE(weft_images_slice(NULL, 0, 1, &slice, error), "images is NULL");
    USAGE(weft_images_slice(part, 0, 1, NULL, error), "slice is NULL");
}
END_TEST

START_TEST(without_labels) {
    struct weft_images *bare, *slice, *none;
    struct weft_images_hash hash = {.size = sizeof hash};
    uint64_t counts[3];
    SUCCESS(weft_images_create(COUNT, SHAPE, pixels, NULL, 0, &bare, error));
    SUCCESS(weft_images_slice(bare, 3, 1, &slice, error));
    ck_assert_ptr_null(weft_images_labels(slice));
    ck_assert_uint_eq(weft_images_classes(slice), 0);
    USAGE(weft_images_class_counts(bare, counts, 0, error), "images have no labels");
    USAGE(weft_images_hash(bare, &hash, error), "images have no labels");
    USAGE(weft_images_create(COUNT, SHAPE, pixels, NULL, 3, &none, error),
          "classes is 3: without labels it must be 0");
    weft_images_destroy(slice);
    weft_images_destroy(bare);
}
END_TEST

/* Everything that would read or write outside. */
START_TEST(wrong_uses) {
    struct weft_images *none = images;
    uint16_t labels[COUNT] = {0, 1, 2, 1, 200};
    uint64_t counts[3];
    size_t shape[3];
    double mean, deviation;
    USAGE(weft_images_create(COUNT, SHAPE, pixels, labels, 3, &none, error),
          "weft_images_create: labels[4] is 200: it must be below classes, 3");
    ck_assert_ptr_null(none);
    for (size_t i = 0; i < 4; i++) {
        static const size_t classes[] = {0, 1, 1001, SIZE_MAX};
        USAGE(weft_images_create(COUNT, SHAPE, pixels, LABELS, classes[i], &none, error),
              ": it must be 2 to 1000");
    }
    for (size_t i = 0; i < 6; i++) {
        memcpy(shape, SHAPE, sizeof shape);
        shape[i % 3] = i < 3 ? 0 : 65537;
        USAGE(weft_images_create(COUNT, shape, pixels, LABELS, 3, &none, error),
              ": it must be 1 to 65536");
    }
    USAGE(weft_images_create(0, SHAPE, pixels, LABELS, 3, &none, error), "count is 0");
    USAGE(weft_images_create(SIZE_MAX, SHAPE, pixels, LABELS, 3, &none, error), "count is ");
    USAGE(weft_images_create(UINT32_MAX, (size_t[]){65536, 65536, 65536}, pixels, NULL, 0, &none,
                             error),
          "such images do not fit into memory");
    USAGE(weft_images_create(COUNT, NULL, pixels, LABELS, 3, &none, error), "shape is NULL");
    USAGE(weft_images_create(COUNT, SHAPE, NULL, LABELS, 3, &none, error), "pixels is NULL");
    USAGE(weft_images_create(COUNT, SHAPE, pixels, LABELS, 3, NULL, error), "images is NULL");
    USAGE(weft_images_class_counts(images, counts, 2, error), "classes is 2: the images have 3");
    USAGE(weft_images_class_counts(images, NULL, 3, error), "counts is NULL");
    USAGE(weft_images_class_counts(NULL, counts, 3, error), "images is NULL");
    USAGE(weft_images_statistics(NULL, &mean, &deviation, error), "images is NULL");
    USAGE(weft_images_statistics(images, NULL, &deviation, error), "mean is NULL");
    USAGE(weft_images_statistics(images, &mean, NULL, error), "deviation is NULL");
    ck_assert_ptr_null(weft_images_class_name(images, SIZE_MAX));
    weft_images_shape(images, NULL);
}
END_TEST

START_TEST(from_files) {
    struct weft_images_hash hash = {.size = sizeof hash};
    struct weft_known_data known = {.size = sizeof known};
    char folder[4096], *found;
    struct weft_images *test;
    double mean, deviation;
    snprintf(folder, sizeof folder, "%s/data/sample", source_root());
    SUCCESS(weft_data_find(folder, &found, error));
    ck_assert_str_eq(found, folder);
    SUCCESS(weft_images_read(found, WEFT_SPLIT_TEST, &test, error));
    weft_free(found);
    ck_assert_uint_eq(weft_images_classes(test), 10);
    SUCCESS(weft_images_statistics(test, &mean, &deviation, error));
    ck_assert(mean > 0.25 && mean < 0.35 && deviation > 0.3 && deviation < 0.4);
    SUCCESS(weft_images_hash(test, &hash, error));
    ck_assert(weft_data_recognise(&hash, &known));
    ck_assert_str_eq(known.name, "the sample of Fashion-MNIST");
    ck_assert_int_eq(known.split, WEFT_SPLIT_TEST);
    ck_assert_str_eq(known.class_names[9], "Ankle boot");
    ck_assert(!known.published);
    hash.images[0] = 'x';
    ck_assert(!weft_data_recognise(&hash, &known));
    ck_assert_uint_eq(known.size, sizeof known);
    ck_assert_ptr_null(known.name);
    memset(hash.images, 'a', sizeof hash.images); /* without an end */
    ck_assert(!weft_data_recognise(&hash, &known));
    known.size = 3;
    ck_assert(!weft_data_recognise(&hash, &known));
    ck_assert(!weft_data_recognise(NULL, &known));
    ck_assert(!weft_data_recognise(&hash, NULL));
    SUCCESS(weft_images_hash(images, &hash, error)); /* two channels */
    USAGE(weft_images_hash(test, NULL, error), "hash is NULL");
    USAGE(weft_images_hash(NULL, &hash, error), "images is NULL");
    weft_images_destroy(test);
}
END_TEST

START_TEST(known_data) {
    struct weft_known_data known = {.size = sizeof known};
    size_t count = 0;
    ck_assert(weft_data_known(0, WEFT_SPLIT_TEST, &known));
    ck_assert_str_eq(known.name, "Fashion-MNIST");
    ck_assert(known.published && known.split == WEFT_SPLIT_TEST && known.classes == 10);
    ck_assert_str_eq(known.class_names[7], "Sneaker");
    while (weft_data_known(count, WEFT_SPLIT_TRAIN, &known)) {
        ck_assert(known.published == (count == 0) && known.split == WEFT_SPLIT_TRAIN);
        count++;
    }
    ck_assert_uint_gt(count, 1);
    ck_assert_ptr_null(known.name);
    ck_assert_uint_eq(known.size, sizeof known);
    ck_assert(!weft_data_known(SIZE_MAX, WEFT_SPLIT_TRAIN, &known));
    ck_assert(!weft_data_known(0, WEFT_SPLIT_COUNT, &known));
    ck_assert(!weft_data_known(0, (enum weft_split) - 1, &known));
    ck_assert(!weft_data_known(0, WEFT_SPLIT_TRAIN, NULL));
    known.size = 1;
    ck_assert(!weft_data_known(0, WEFT_SPLIT_TRAIN, &known));
    ck_assert_str_eq(weft_split_name(WEFT_SPLIT_TRAIN), "train");
    ck_assert_str_eq(weft_split_name(WEFT_SPLIT_TEST), "test");
    ck_assert_str_eq(weft_split_name(WEFT_SPLIT_COUNT), "unknown");
    ck_assert_str_eq(weft_split_name((enum weft_split) - 1), "unknown");
}
END_TEST

START_TEST(files_that_are_missing) {
    struct weft_images *none = images;
    char *found;
    expect_status(weft_data_find("/no/such", &found, error), error, WEFT_BAD_FILE, "/no/such");
    ck_assert_ptr_null(found);
    USAGE(weft_data_find(NULL, NULL, error), "folder is NULL");
    expect_status(weft_images_read("/no/such", WEFT_SPLIT_TEST, &none, error), error, WEFT_BAD_FILE,
                  "/no/such");
    ck_assert_ptr_null(none);
    USAGE(weft_images_read(NULL, (enum weft_split)2, &none, error), "split is 2");
    USAGE(weft_images_read(NULL, (enum weft_split) - 1, &none, error), "split is -1");
    USAGE(weft_images_read(NULL, WEFT_SPLIT_TEST, NULL, error), "images is NULL");
}
END_TEST

/* Two channels of one image: 0, 255 and 3, 3. */
START_TEST(normalisation) {
    static const uint8_t bytes[] = {0, 255, 3, 3};
    static const uint16_t label[] = {0};
    const size_t shape[3] = {2, 1, 2};
    const float zero = 0;
    float mean[2], deviation[2];
    const float *own_mean, *own_deviation;
    struct weft_images *two;
    struct weft_network *network;
    struct weft_model *model, *clone;
    SUCCESS(weft_images_create(1, shape, bytes, label, 2, &two, error));
    SUCCESS(weft_images_normalisation(two, false, mean, deviation, 2, error));
    ck_assert_float_eq(mean[0], 0.5f);
    ck_assert_float_eq(deviation[0], 0.5f);
    ck_assert_float_eq(mean[1], (float)(3.0 / 255));
    ck_assert_float_eq(deviation[1], 1); /* of equal pixels */
    SUCCESS(weft_images_normalisation(two, true, mean, deviation, 1, error));
    ck_assert_float_eq(mean[0], (float)(261.0 / 4 / 255));
    USAGE(weft_images_normalisation(two, true, mean, deviation, 3, error), "channels is 3");
    USAGE(weft_images_normalisation(two, true, mean, deviation, 0, error), "channels is 0");
    USAGE(weft_images_normalisation(two, true, NULL, deviation, 2, error), "mean is NULL");
    SUCCESS(weft_network_create("{\"input\": [2, 1, 2], \"layers\": [{\"kind\": \"flatten\"}]}",
                                &network, error));
    SUCCESS(weft_model_create(network, 0, &model, error));
    ck_assert_uint_eq(weft_model_normalisation(model, &own_mean, &own_deviation), 0);
    ck_assert_ptr_null(own_mean);
    SUCCESS(weft_images_normalisation(two, false, mean, deviation, 2, error));
    SUCCESS(weft_model_set_normalisation(model, mean, deviation, 2, error));
    SUCCESS(weft_model_clone(model, &clone, error));
    ck_assert_uint_eq(weft_model_normalisation(clone, &own_mean, &own_deviation), 2);
    ck_assert_mem_eq(own_mean, mean, sizeof mean);
    ck_assert_mem_eq(own_deviation, deviation, sizeof deviation);
    USAGE(weft_model_set_normalisation(model, mean, deviation, 1, error), "channels is 1");
    USAGE(weft_model_set_normalisation(model, mean, NULL, 2, error), "deviation is NULL");
    deviation[0] = zero;
    USAGE(weft_model_set_normalisation(model, mean, deviation, 2, error), "1e-6");
    deviation[0] = zero / zero;
    USAGE(weft_model_set_normalisation(model, mean, deviation, 2, error), "1e-6");
    SUCCESS(weft_model_set_normalisation(model, NULL, NULL, 0, error));
    ck_assert_uint_eq(weft_model_normalisation(model, NULL, NULL), 0);
    ck_assert_uint_eq(weft_model_normalisation(NULL, &own_mean, NULL), 0);
    weft_images_destroy(two);
    weft_network_destroy(network);
    weft_model_destroy(model);
    weft_model_destroy(clone);
}
END_TEST

/* Both splits, one of them, more classes than labels, and options that do not fit. */
START_TEST(read_with_options) {
    struct weft_data_options options = WEFT_DATA_OPTIONS;
    struct weft_images *both[WEFT_SPLIT_COUNT], *test;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/data/sample", source_root());
    SUCCESS(weft_data_read(folder, NULL, both, error));
    ck_assert_uint_eq(weft_images_count(both[WEFT_SPLIT_TRAIN]), 100);
    SUCCESS(weft_data_read_split(folder, WEFT_SPLIT_TEST, &options, &test, error));
    ck_assert_mem_eq(weft_images_pixels(test), weft_images_pixels(both[WEFT_SPLIT_TEST]),
                     weft_images_count(test) * 784);
    weft_images_destroy(test);
    weft_images_destroy(both[0]);
    weft_images_destroy(both[1]);
    options.classes = 12;
    SUCCESS(weft_data_read_split(folder, WEFT_SPLIT_TEST, &options, &test, error));
    ck_assert_uint_eq(weft_images_classes(test), 12);
    weft_images_destroy(test);
    options.test_fraction = 0.2;
    USAGE(weft_data_read(folder, &options, both, error), "has test images");
    ck_assert_ptr_null(both[0]);
    options.test_fraction = 1;
    USAGE(weft_data_read(folder, &options, both, error), "test_fraction is 1");
    options.test_fraction = 0;
    options.classes = 1001;
    USAGE(weft_data_read_split(folder, WEFT_SPLIT_TEST, &options, &test, error), "classes is 1001");
    options.classes = 0;
    options.channels = 2;
    USAGE(weft_data_read_split(folder, WEFT_SPLIT_TEST, &options, &test, error), "channels is 2");
    USAGE(weft_data_read(folder, NULL, NULL, error), "images is NULL");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, in_memory);
    tcase_add_test(tests, slices);
    tcase_add_test(tests, without_labels);
    tcase_add_test(tests, normalisation);
    tcase_add_test(tests, read_with_options);
    tcase_add_test(tests, wrong_uses);
    tcase_add_test(tests, from_files);
    tcase_add_test(tests, known_data);
    tcase_add_test(tests, files_that_are_missing);
}

CHECK_MAIN("api_images", add_tests)
